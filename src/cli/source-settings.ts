import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { FetchedInput } from '../review/index.ts';
import type { HostList, HttpClient } from '../sources/index.ts';
import { type ConfigFile, readConfig } from './config-file.ts';
import type { Setting, Settings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** The servers that series are fetched from, and the manners toward them. */
export interface SourceSettings {
  readonly hosts: Setting<readonly string[]>;
  readonly inbox: Setting<string>;
  readonly mirrors: Setting<Readonly<Record<string, readonly string[]>>>;
  /** Told to every server in the User-Agent, so that its owner can complain; null for none. */
  readonly contact: Setting<string | null>;
  /** The API of GitHub, or of a server of one's own. */
  readonly github: Setting<string>;
  /** Requests that may be spent on the earlier versions of one series. */
  readonly requests: Setting<number>;
}

const REQUESTS = 24;

/** The source settings in force: `ABBOT_HOSTS`, `ABBOT_INBOX`, `ABBOT_CONTACT`, then the configuration file, then the defaults. */
export async function resolveSources(
  from: Surroundings,
): Promise<Outcome<SourceSettings & { readonly list: HostList }>> {
  const config = await readConfig(from);
  if (!config.ok) return config;
  const { baseOf, DEFAULT_HOSTS, readHosts } = await from.sources();
  const file = config.value;
  const variable = (name: string) => from.env[name] || undefined;
  const written = pickFrom(file);
  const names = variable('ABBOT_HOSTS');
  const hosts: Setting<readonly string[]> = names
    ? { value: names.split(/[\s,]+/).filter((name) => name !== ''), origin: 'ABBOT_HOSTS' }
    : written('hosts', [...DEFAULT_HOSTS]);
  const archive = variable('ABBOT_INBOX');
  const inbox = archive ? { value: archive, origin: 'ABBOT_INBOX' } : written('inbox', 'https://lore.kernel.org');
  const base = baseOf(inbox.value);
  if (base === null)
    return fail('config/invalid', `the inbox '${inbox.value.slice(0, 100)}' is not a server`, inbox.origin);
  const own = variable('ABBOT_GITHUB');
  const github = own ? { value: own, origin: 'ABBOT_GITHUB' } : written('github', 'https://api.github.com');
  const api = baseOf(github.value);
  if (api === null)
    return fail('config/invalid', `'${github.value.slice(0, 100)}' for GitHub is not a server`, github.origin);
  const contact = variable('ABBOT_CONTACT');
  const mirrors: SourceSettings['mirrors'] = written('mirrors', {});
  const list = readHosts(hosts.value, mirrors.value);
  if (!list.ok) return list;
  return ok({
    hosts,
    inbox: { ...inbox, value: base },
    mirrors,
    contact: contact ? { value: contact, origin: 'ABBOT_CONTACT' } : written<string | null>('contact', null),
    github: { ...github, value: api },
    requests: written('requests', REQUESTS),
    list: list.value,
  });
}

function pickFrom(file: ConfigFile | null) {
  const values: Readonly<Record<string, unknown>> = { ...file?.values.sources };
  return <T>(name: keyof SourceSettings, fallback: T): Setting<T> =>
    file && values[name] !== undefined
      ? { value: values[name] as T, origin: file.file }
      : { value: fallback, origin: 'default' };
}

/** A client for the servers on the list; answers are kept in the cache folder, if there is one. */
export async function sourceClient(
  settings: Settings,
  sources: SourceSettings & { readonly list: HostList },
  from: Surroundings,
): Promise<HttpClient> {
  const { createHttpClient, NO_CACHE, openHttpCache } = await from.sources();
  const token = tokenOf(from);
  const origin = new URL(sources.github.value).origin;
  const contact = sources.contact.value?.replace(/[^\x21-\x7e]/g, '');
  return createHttpClient({
    edge: from.http,
    hosts: sources.list,
    userAgent: `abbot/${from.version} (${contact ? `+${contact}` : 'kernel patch review'})`,
    authorize: (url) => (token !== null && url.origin === origin ? `Bearer ${token}` : null),
    cache: settings.cache.value === null ? NO_CACHE : openHttpCache(join(settings.cache.value, 'http')),
  });
}

/** A token for GitHub, as its own tools name it; it is sent to GitHub alone, and shown nowhere. */
function tokenOf({ env }: Surroundings): string | null {
  const token = env['GITHUB_TOKEN'] || env['GH_TOKEN'] || '';
  return /^[\x21-\x7e]{1,500}$/.test(token) ? token : null;
}

/** The inputs of a command, with everything that is no file fetched. */
export interface FetchedInputs {
  readonly inputs: readonly string[];
  readonly fetched?: FetchedInput;
  /** Versions that belong together by what their source says. */
  readonly link?: readonly (readonly [string, string])[];
}

/** Splits inputs into files and what must be fetched, and fetches it; files alone need neither network nor its code. */
export async function fetchInputs(
  inputs: readonly string[],
  settings: Settings,
  from: Surroundings,
): Promise<Outcome<FetchedInputs>> {
  if (inputs.every((input) => input === '-' || existsSync(input))) return ok({ inputs });
  const sources = await resolveSources(from);
  if (!sources.ok) return sources;
  const { gather } = await from.sources();
  const gathered = await gather({
    inputs,
    client: await sourceClient(settings, sources.value, from),
    inbox: sources.value.inbox.value,
    repository: settings.tree.value ?? from.cwd,
    budget: sources.value.requests.value,
    exists: existsSync,
    github: {
      api: sources.value.github.value,
      mirrors: settings.cache.value === null ? null : join(settings.cache.value, 'github'),
      token: tokenOf(from),
      lender: settings.tree.value,
    },
  });
  if (!gathered.ok) return gathered;
  const { paths, items, notes, wanted, link } = gathered.value;
  if (items.length === 0) return ok({ inputs: paths });
  return ok({ inputs: paths, fetched: { items, notes, wanted }, ...(link.length > 0 ? { link } : {}) });
}
