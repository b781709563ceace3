import type { MessageId } from '../mail/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { asMessageId, messageIdOfSegment } from './message-id-path.ts';

/** Where a series is, as a person names it. Every form is one of these; nothing has been looked up yet. */
export type Address =
  /** A mail of a public-inbox archive; `inbox` is the server with its path (null: the configured one), `list` null when it does not say. */
  | {
      readonly kind: 'mail';
      readonly inbox: string | null;
      readonly list: string | null;
      readonly messageId: MessageId;
    }
  /** A whole list of a public-inbox archive, without a mail. */
  | { readonly kind: 'list'; readonly inbox: string; readonly list: string }
  | { readonly kind: 'patchwork-series'; readonly server: string; readonly id: number }
  /** A patch or cover letter of patchwork, by its number or by its message-id. */
  | {
      readonly kind: 'patchwork-mail';
      readonly server: string;
      readonly part: 'patch' | 'cover';
      readonly id: number | null;
      readonly messageId: MessageId | null;
    }
  | { readonly kind: 'github-pull'; readonly owner: string; readonly repo: string; readonly number: number }
  /** A range of commits of a local repository. */
  | { readonly kind: 'range'; readonly from: string; readonly to: string }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'path'; readonly path: string };

const MAX_ADDRESS = 4096;
/** Hosts that people write without `https://`. */
const BARE_HOST = /^(?:lore\.kernel\.org|patchwork\.kernel\.org|github\.com)\//;
/** Hosts that only send on to the archive. */
const ID_HOSTS = new Set(['lkml.kernel.org', 'patch.msgid.link', 'msgid.link']);
const LIST = /^(?!\.)[A-Za-z0-9._+-]{1,100}$/;
const NAME = /^(?!\.)[A-Za-z0-9._-]{1,100}$/;
const PULL = /^([A-Za-z0-9][A-Za-z0-9-]{0,38})\/((?!\.)[A-Za-z0-9._-]{1,100})#(\d{1,9})$/;

/**
 * Reads what a person gave as the place of a series; a file that exists under that name always wins. Fails with
 * `source/address` when it is a link that leads to no series.
 *
 * @example
 * const address = parseAddress('https://lore.kernel.org/linux-pci/1-a%40example.org/T/#u');
 * // { kind: 'mail', inbox: 'https://lore.kernel.org', list: 'linux-pci', messageId: '1-a@example.org' }
 */
export function parseAddress(text: string, exists: (path: string) => boolean = () => false): Outcome<Address> {
  if (text === '-') return ok({ kind: 'stdin' });
  if (text.trim() === '') return fail('source/address', 'an input is empty');
  if (text.length <= MAX_ADDRESS && exists(text)) return ok({ kind: 'path', path: text });
  if (/^https?:\/\//i.test(text)) return parseLink(text);
  if (BARE_HOST.test(text)) return parseLink(`https://${text}`);
  if (/^[a-z][a-z0-9+.-]{0,30}:\/\//i.test(text))
    return fail('source/address', `${shorten(text)} is not a link that abbot follows`, 'only http and https are');
  const messageId = asMessageId(text.replace(/^(?:id|mid|message-id):\s?/i, '').replace(/%40/g, '@'));
  if (messageId !== null && (text.startsWith('<') || !messageId.includes('/')))
    return ok({ kind: 'mail', inbox: null, list: null, messageId });
  const pull = PULL.exec(text);
  if (pull) return ok({ kind: 'github-pull', owner: pull[1]!, repo: pull[2]!, number: Number(pull[3]) });
  const range = rangeOf(text);
  return ok(range ?? { kind: 'path', path: text });
}

/** `from..to`; not `../x`, `a/../b` or `a...b`. No revision of git starts with a dash or ends in a slash or a dot. */
function rangeOf(text: string): Address | null {
  const at = text.indexOf('..');
  if (at <= 0 || text.length > 1000) return null;
  const [from, to] = [text.slice(0, at), text.slice(at + 2) || 'HEAD'];
  const bad = (name: string) =>
    /^[-./]|[/.]$|\.\.|[\s\p{Cc}~^:?*[\\]/u.test(name.replace(/(?:[~^]\d{0,6}|@\{u\})+$/, ''));
  return bad(from) || bad(to) ? null : { kind: 'range', from, to };
}

function parseLink(text: string): Outcome<Address> {
  const url = text.length <= MAX_ADDRESS && URL.canParse(text) ? new URL(text) : null;
  if (url === null) return fail('source/address', `${shorten(text)} is not a link`);
  if (url.username !== '' || url.password !== '')
    return fail('source/address', `the link to ${url.host} holds a user name or password`);
  const segments = url.pathname.split('/').filter((segment) => segment !== '');
  const address =
    url.hostname === 'github.com' ? pullOf(segments) : (patchworkOf(url, segments) ?? inboxOf(url, segments));
  return address ? ok(address) : fail('source/address', `${shorten(text)} leads to no mail, series or pull request`);
}

function pullOf([owner = '', repo = '', pull, number = '']: readonly string[]): Address | null {
  if (pull !== 'pull' || !NAME.test(owner) || !NAME.test(repo) || !/^\d{1,9}$/.test(number)) return null;
  return { kind: 'github-pull', owner, repo, number: Number(number) };
}

/** patchwork's pages and API: `…/list/?series=N`, `/series/N/mbox/`, `/project/P/patch/<id>/`, `/patch/N/`, `/api/1.3/…`. */
function patchworkOf(url: URL, segments: readonly string[]): Address | null {
  const at = segments.findIndex((segment) => ['project', 'api', 'series', 'patch', 'cover'].includes(segment));
  if (at < 0) return null;
  const server = [url.origin, ...segments.slice(0, at)].join('/');
  let rest = segments.slice(at);
  if (rest[0] === 'api') rest = rest.slice(/^\d/.test(rest[1] ?? '') ? 2 : 1);
  else if (rest[0] === 'project') rest = rest.slice(2);
  const [what = '', which = ''] = rest;
  const series = what === 'list' ? url.searchParams.get('series') : what === 'series' ? which : null;
  if (series !== null)
    return /^\d{1,9}$/.test(series) ? { kind: 'patchwork-series', server, id: Number(series) } : null;
  const part = /^(patch|cover)(?:es|s)?$/.exec(what)?.[1] as 'patch' | 'cover' | undefined;
  if (part === undefined) return null;
  if (/^\d{1,9}$/.test(which)) return { kind: 'patchwork-mail', server, part, id: Number(which), messageId: null };
  const messageId = messageIdOfSegment(which);
  return messageId === null ? null : { kind: 'patchwork-mail', server, part, id: null, messageId };
}

/** public-inbox: `/list/<id>/…`, `/r/<id>`, `/all/<id>/T/#u`, `/list/`, `/list/new.atom`, `/list/0`. */
function inboxOf(url: URL, segments: readonly string[]): Address | null {
  const at = segments.findIndex((segment) => messageIdOfSegment(segment) !== null);
  if (at < 0) {
    const parts = segments.filter((segment) => !/^(?:new\.(?:atom|html)|git|\d{1,3}(?:\.git)?)$/.test(segment));
    const list = parts.at(-1) ?? '';
    return LIST.test(list) ? { kind: 'list', inbox: [url.origin, ...parts.slice(0, -1)].join('/'), list } : null;
  }
  const messageId = messageIdOfSegment(segments[at]!)!;
  if (ID_HOSTS.has(url.hostname)) return { kind: 'mail', inbox: null, list: null, messageId };
  const before = segments.slice(0, at);
  const list = before.pop() ?? 'r';
  if (!LIST.test(list)) return null;
  const inbox = [url.origin, ...before].join('/');
  return { kind: 'mail', inbox, list: list === 'r' ? null : list, messageId };
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 117)}...` : text;
}
