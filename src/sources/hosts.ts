import { fail, type Outcome, ok } from '../outcome/index.ts';

/** Which servers may be contacted, and who stands in for whom. */
export interface HostList {
  /** Origins (`https://lore.kernel.org`); nothing else is ever contacted, by redirect neither. */
  readonly origins: readonly string[];
  /** Base address → addresses that serve the same, in the order to try. */
  readonly mirrors: ReadonlyMap<string, readonly string[]>;
}

/** The servers that are contacted when nothing is configured. */
export const DEFAULT_HOSTS = [
  'lore.kernel.org',
  'patchwork.kernel.org',
  'patchwork.ozlabs.org',
  'patchwork.freedesktop.org',
  'inbox.sourceware.org',
  'yhbt.net',
  'api.github.com',
  'github.com',
] as const;

/**
 * Reads the allow-list as it is configured: a bare host means https on its usual port; http and other ports must be
 * spelled out (`http://127.0.0.1:8080`). The mirrors of an allowed server are allowed as well.
 *
 * @example
 * const hosts = readHosts(['lore.kernel.org'], { 'https://lore.kernel.org': ['https://mirror.example/lore'] });
 */
export function readHosts(
  names: readonly string[],
  mirrors: Readonly<Record<string, readonly string[]>> = {},
): Outcome<HostList> {
  const origins = new Set<string>();
  for (const name of names) {
    const base = baseOf(name);
    if (base === null) return notAHost(name);
    origins.add(new URL(base).origin);
  }
  const standIns = new Map<string, string[]>();
  for (const [name, others] of Object.entries(mirrors)) {
    const base = baseOf(name);
    if (base === null) return notAHost(name);
    const bases = others.map(baseOf);
    const wrong = bases.indexOf(null);
    if (wrong >= 0) return notAHost(others[wrong] ?? '');
    const good = bases.filter((other) => other !== null);
    for (const other of good) origins.add(new URL(other).origin);
    standIns.set(base, good);
  }
  return ok({ origins: [...origins], mirrors: standIns });
}

/** Whether a server may be contacted; the fault names it and not the whole link. */
export function allowedHost(hosts: HostList, url: URL): Outcome<null> {
  if (hosts.origins.includes(url.origin)) return ok(null);
  return fail('source/host-refused', `${url.origin.slice(0, 200)} is not on the list of servers that abbot contacts`);
}

/** The address itself and those that stand in for it. */
export function withMirrors(hosts: HostList, base: string): readonly string[] {
  return [base, ...(hosts.mirrors.get(base) ?? [])];
}

/** `https://host[:port][/path]` without a slash at its end, or null. */
export function baseOf(name: string): string | null {
  const text = /^https?:\/\//i.test(name) ? name : `https://${name}`;
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return null;
  return `${url.origin}${url.pathname}`.replace(/\/{1,100}$/, '');
}

function notAHost(name: string) {
  return fail('config/invalid', `'${name.slice(0, 100)}' in sources is not a server`, 'it is a host name or https://…');
}
