import type { MessageId } from '../mail/index.ts';

/** A link to another version, found in the text of a version. */
export interface VersionLink {
  /** null when the text only says "previous version" or `Supersedes:`. */
  readonly version: number | null;
  readonly messageId: MessageId;
  readonly how: 'link' | 'supersedes';
  /** The line it stands in. */
  readonly quote: string;
}

const URL =
  /https?:\/\/(?:lore\.kernel\.org|lkml\.kernel\.org|patch\.msgid\.link|msgid\.link|lists\.[\w.-]{1,60}|patchew\.org|inbox\.[\w.-]{1,60}|yhbt\.net|marc\.info|lkml\.org|patchwork\.[\w.-]{1,60})\/[^\s<>"')\]]{1,400}/gi;
const BARE = /<([^\s<>@]{1,200}@[^\s<>@]{1,200})>/g;
const V = String.raw`(?:v|version )(\d{1,3}(?:\.\d{1,2})?)`;
/** `v3: <url>`, `- Link to v3: …`, `[v3] …`, `V2 (link): …`, `RFC v1 -> …`, `PATCH v2: …`, `v2 can be found at …`. */
const BEFORE = new RegExp(
  String.raw`^[\s\-*+•>]{0,12}\(?\[?(?:\d{1,2}[.)\]]\s)?(?:(?:links?|the|link to|patch|rfc|series|previous|prev|old|discussion|posting|version|here is|changes in|series of)[\s:/,-]{1,4}){0,4}(?:to |for )?(?:rfc[ -]?|patch ){0,2}${V}\]?(?:\s(?:series|patch(?:es|set)?|link|version|rfc|resend|posting|discussion|was|is|can be|found|posted|here|at|lore)){0,6}\s?(?:\([^()]{0,60}\))?[\s:=>\-–(<@]{0,6}$`,
  'i',
);
/** `Link: <url> [v3]`, `<url> # v3`, `<url> (v3)`. */
const AFTER = new RegExp(
  String.raw`^[\s>)\]/]{0,4}(?:#\s?|\(|\[)(?:rfc[ -]?|patch[ -]?){0,2}${V}(?:[ ,][^\])]{0,40})?[\])]?[\s.,;]{0,3}$`,
  'i',
);
const HEADING = new RegExp(
  String.raw`^[\s\-*+•[]{0,8}(?:link to |changes in |changes since |rfc |patch ){0,2}${V}\]?(?:\s(?:series|patch(?:es|set)?|link))?\s?:?\s{0,3}$`,
  'i',
);
const PREVIOUS =
  /(?:^|\W)(?:previous|prior|last|earlier|old) (?:version|posting|submission|series|revision|patch(?:set)?|link)\W/i;
const SUPERSEDES = /^\s{0,4}(?:Supersedes|Obsoletes)\s?:/i;

/**
 * Finds the links to other versions in a cover letter or below the `---` of a patch.
 *
 * @example
 * findVersionLinks('Link: https://lore.kernel.org/linux-pci/1-a@b.c/ [v1]');
 * // [{ version: 1, messageId: '1-a@b.c', how: 'link', quote: '…' }]
 */
export function findVersionLinks(text: string): VersionLink[] {
  const lines = joinUrls(text.split('\n').map((line) => line.slice(0, 600)));
  const found: VersionLink[] = [];
  lines.forEach((line, i) => {
    for (const { id, from, to } of messageIdsIn(line)) {
      const supersedes = SUPERSEDES.test(line);
      const version = versionAround(line.slice(0, from), line.slice(to), lines, i);
      if (version !== null) found.push({ version, messageId: id, how: 'link', quote: line.trim() });
      else if (supersedes) found.push({ version: null, messageId: id, how: 'supersedes', quote: line.trim() });
      else if (
        PREVIOUS.test(` ${line.slice(0, from)} `) ||
        (line.slice(0, from).trim() === '' && PREVIOUS.test(` ${lines[i - 1] ?? ''} `))
      )
        found.push({ version: null, messageId: id, how: 'link', quote: line.trim() });
    }
  });
  return found;
}

function versionAround(before: string, after: string, lines: readonly string[], at: number): number | null {
  const m = AFTER.exec(after) ?? BEFORE.exec(before);
  if (m) return Number(m[1]);
  if (!/^[\s\-*+•<>[\]\d.:)]{0,12}$/.test(before)) return null;
  for (let i = at - 1; i >= Math.max(0, at - 2); i--) {
    if (lines[i]!.trim() === '') continue;
    const heading = HEADING.exec(lines[i]!);
    return heading ? Number(heading[1]) : null;
  }
  return null;
}

/** A URL wrapped after its last slash, or a `Link:` whose value stands in the next line, is joined. */
function joinUrls(lines: readonly string[]): string[] {
  const out: string[] = [];
  for (const line of lines) {
    const last = out.at(-1);
    const open =
      last !== undefined &&
      (/https?:\/\/[^\s@]{1,300}\/$/.test(last)
        ? /^\s+[^\s/]+@/.test(line)
        : /^\s*-?\s?Link(?: to v\d+)?:\s*$/i.test(last) && /^\s+https?:/.test(line));
    if (open) out[out.length - 1] = last.trimEnd() + (last.trimEnd().endsWith('/') ? '' : ' ') + line.trim();
    else out.push(line);
  }
  return out;
}

function messageIdsIn(line: string): { id: MessageId; from: number; to: number }[] {
  const found: { id: MessageId; from: number; to: number }[] = [];
  for (const m of line.matchAll(URL)) {
    const id = messageIdOfUrl(m[0]);
    if (id) found.push({ id, from: m.index, to: m.index + m[0].length });
  }
  for (const m of line.matchAll(BARE)) found.push({ id: m[1]! as MessageId, from: m.index, to: m.index + m[0].length });
  if (found.length === 0 && SUPERSEDES.test(line)) {
    const bare = /:\s{0,4}<?([^\s<>@]{1,200}@[^\s<>@,]{1,200})/.exec(line);
    if (bare) found.push({ id: bare[1]! as MessageId, from: bare.index, to: bare.index + bare[0].length });
  }
  return found;
}

/** The message-id in a link of a mail archive (`/list/<id>/`, `/r/<id>`, `/all/<id>/T/#u`, `%40` for @), or null. */
export function messageIdOfUrl(url: string): MessageId | null {
  for (const segment of url
    .replace(/[#?].*$/, '')
    .split('/')
    .slice(3)) {
    const decoded = segment
      .replace(/%40/g, '@')
      .replace(/%2[bB]/g, '+')
      .replace(/%3[dD]/g, '=')
      .replace(/[.,;]$/, '');
    if (/^[^@\s]+@[^@\s]+$/.test(decoded)) return decoded as MessageId;
  }
  return null;
}
