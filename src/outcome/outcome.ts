/**
 * The result of something that may fail in an expected way. Exceptions are kept for bugs.
 *
 * @example
 * const revision: Outcome<string> = fail('tree/no-revision', 'v9.9 is not a revision of this tree');
 * if (!revision.ok) console.error(explain(revision.fault));
 */
export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly fault: Fault };

/** An expected failure: a code of the catalogue, what happened, why (if known) and what to do. */
export interface Fault {
  readonly code: FaultCode;
  /** What happened, one line, no full stop. */
  readonly what: string;
  /** Why, as far as it is known: the underlying message. */
  readonly why?: string;
  /** What to do; taken from the catalogue when it is not given. */
  readonly hint?: string;
}

/** Every way in which abbot can expectedly fail, with the exit code and what the user can do. */
export const CATALOGUE = {
  'usage/argument': { exit: 2, hint: 'see abbot --help' },
  'config/invalid': { exit: 2, hint: 'correct it, or see the values in force with `abbot doctor`' },
  'output/unwritable': { exit: 3, hint: 'name a file in a folder that exists and can be written' },
  'input/not-found': { exit: 3, hint: 'name an mbox, an .eml file, a directory of mails, or - for standard input' },
  'input/unreadable': { exit: 3, hint: 'check the permissions of the file' },
  'input/empty': {
    exit: 3,
    hint: 'give a file with at least one patch mail, for instance from `b4 am -o- <message-id>`',
  },
  'input/no-mail': { exit: 3, hint: 'abbot reads mbox, .eml, maildir and `git format-patch` output' },
  'input/no-patch': { exit: 3, hint: 'give the patch mails themselves, not only the cover letter or replies' },
  'input/no-such-version': { exit: 3, hint: 'the versions at hand are listed by `abbot compare`' },
  'input/too-large': { exit: 3, hint: 'split the input, or name the one series you want' },
  'tree/not-a-tree': { exit: 3, hint: 'name a directory with C sources or a git repository with --tree' },
  'tree/no-revision': { exit: 3, hint: 'check the name with `git rev-parse`, or fetch it first' },
  'tree/unreadable': { exit: 3, hint: 'check the permissions of the tree' },
  'tree/git-failed': { exit: 3, hint: 'run the same git command by hand to see more' },
  'patch/unsafe-path': { exit: 3, hint: 'the patch names a path outside the tree; it was not followed' },
  'patch/symlink': { exit: 3, hint: 'symbolic links are not followed; this part was left out' },
  'patch/submodule': { exit: 3, hint: 'submodules are not entered; this part was left out' },
  'patch/mangled': { exit: 3, hint: 'fetch the mail again; a mail program may have cut or wrapped it' },
  'patch/does-not-apply': {
    exit: 3,
    hint: 'name the revision that the series is for with --base, or leave the tree out to read the diff alone (--no-tree)',
  },
  'rules/invalid': { exit: 3, hint: 'run `abbot rules check` for the line and what to write instead' },
  'cache/unwritable': { exit: 3, hint: 'set ABBOT_CACHE to a folder that can be written' },
  'store/unreadable': {
    exit: 3,
    hint: 'check the permissions of the file, or name another data folder with ABBOT_DATA',
  },
  'store/unwritable': { exit: 3, hint: 'set ABBOT_DATA to a folder that can be written' },
  'store/address': { exit: 2, hint: 'write it as postgres://user:password@host/database, or leave it out' },
  'store/away': { exit: 3, hint: 'start the database, or correct the host and port in DATABASE_URL' },
  'store/refused': { exit: 3, hint: 'correct the user, the password or the database in DATABASE_URL' },
  'store/newer': { exit: 3, hint: 'install the newer abbot again, or use another database' },
  'store/damaged': { exit: 3, hint: 'put a copy of the folder back, or name another data folder with ABBOT_DATA' },
  'store/in-use': { exit: 3, hint: 'stop that process, or set DATABASE_URL so that several can share a PostgreSQL' },
  'store/full': { exit: 3, hint: 'make room on the disk, then start again' },
  'job/data': { exit: 3, hint: 'an older or newer abbot sent it; run the same version everywhere' },
  'job/review-died': { exit: 3, hint: 'it is tried again; see the memory of the machine if it goes on' },
  'job/failed': { exit: 3, hint: 'this is a bug in abbot; the log has its stack' },
  'server/no-database': {
    exit: 2,
    hint: 'set DATABASE_URL to the PostgreSQL that `abbot serve` uses, or run `abbot serve` alone',
  },
  'server/crashed': { exit: 3, hint: 'see the log, and report it' },
  'server/listen': { exit: 3, hint: 'name another port with --port, or stop what listens there' },
  'locks/no-such-class': { exit: 3, hint: 'spell a lock class as tag.field or as the name of the global lock' },
  'atlas/not-ready': { exit: 3, hint: 'wait a moment: the tree is being read' },
  'atlas/busy': { exit: 3, hint: 'try again in a minute' },
  'atlas/too-long': { exit: 3, hint: 'ask `abbot explain A B`, which takes the time that it needs' },
  'atlas/no-such-area': { exit: 3, hint: 'name a section of MAINTAINERS, or a folder that has lock orders' },
  'atlas/no-such-file': { exit: 3, hint: 'name a C file by its path from the top of the tree' },
  'source/address': {
    exit: 2,
    hint: 'give a link to a mail in a list archive, a message-id, a patchwork link, a range rev..rev, a file or -',
  },
  'source/not-served': {
    exit: 3,
    hint: 'give the mails of the series instead, as a link to a list archive or as an mbox',
  },
  'source/host-refused': {
    exit: 3,
    hint: 'add the host to `sources.hosts` of abbot.yaml if you trust it (`abbot doctor`)',
  },
  'source/unreachable': { exit: 3, hint: 'check the network, or name a mirror in `sources.mirrors` of abbot.yaml' },
  'source/timeout': { exit: 3, hint: 'try again later, or name a mirror in `sources.mirrors` of abbot.yaml' },
  'source/rate-limited': { exit: 3, hint: 'wait as long as the server asks, or name a mirror in `sources.mirrors`' },
  'source/server-error': { exit: 3, hint: 'try again later, or name a mirror in `sources.mirrors` of abbot.yaml' },
  'source/not-found': { exit: 3, hint: 'check the link, or give the mails themselves as an mbox' },
  'source/bot-wall': {
    exit: 3,
    hint: 'open the link in a browser and save the mbox, or name a mirror in `sources.mirrors` of abbot.yaml',
  },
  'source/truncated': { exit: 3, hint: 'try again; the server or a proxy cut the answer off' },
  'source/too-large': { exit: 3, hint: 'give the mails of the one series as an mbox' },
  'source/malformed': { exit: 3, hint: 'the server may have changed its format; give the mails as an mbox' },
  'source/git-failed': { exit: 3, hint: 'run the same git command by hand to see more' },
  'github/payload': { exit: 3, hint: 'send the delivery again from the settings of the GitHub App' },
  'github/limited': { exit: 3, hint: 'wait; it is tried again by itself' },
  'github/gone': { exit: 3, hint: 'check that the App is still installed there' },
  'github/forbidden': { exit: 3, hint: 'compare the permissions of the App with app.yml, and accept new ones' },
  'github/refused': { exit: 3, hint: 'look into the log; this is most likely a fault of abbot' },
  'github/away': { exit: 3, hint: 'wait; it is tried again by itself' },
  'github/settings': { exit: 2, hint: 'see docs/github.md for the settings of the GitHub App' },
  'watch/unknown': { exit: 2, hint: 'see `abbot watch list`' },
  'watch/state': { exit: 3, hint: 'set ABBOT_DATA to a folder that can be written' },
  'mail/parcel': { exit: 3, hint: 'drop it from the outbox; its review is still there' },
  'mail/held': { exit: 3, hint: 'look at it in the outbox of the API, and release or drop it there' },
  'mail/dropped': { exit: 3, hint: 'nothing is to be done' },
  'mail/waits': { exit: 3, hint: 'nothing is to be done, it is looked at again' },
  'mail/refused': {
    exit: 3,
    hint: 'see what the server says; ABBOT_SMTP_URL and ABBOT_MAIL_FROM name server and sender',
  },
  'patchwork/refused': {
    exit: 3,
    hint: 'see what the server says; ABBOT_PATCHWORK_TOKEN must be one of its maintainers',
  },
  'patchwork/away': { exit: 3, hint: 'nothing is to be done, it is tried again' },
  'patchwork/no-patch': { exit: 3, hint: 'patchwork does not know the mail; it may not be on its list' },
} as const satisfies Record<string, { exit: 2 | 3; hint: string }>;

export type FaultCode = keyof typeof CATALOGUE;

export function ok<T>(value: T): Outcome<T> {
  return { ok: true, value };
}

export function fail(code: FaultCode, what: string, why?: string, hint?: string): { ok: false; fault: Fault } {
  return { ok: false, fault: { code, what, ...(why ? { why } : {}), ...(hint ? { hint } : {}) } };
}

/** The one line a person reads: what happened, why, and what to do. */
export function explain(fault: Fault): string {
  const why = fault.why ? `: ${fault.why.split('\n')[0]}` : '';
  return `${fault.what}${why}; ${fault.hint ?? CATALOGUE[fault.code].hint}`;
}

export function exitCode(fault: Fault): number {
  return CATALOGUE[fault.code].exit;
}
