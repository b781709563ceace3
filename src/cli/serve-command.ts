import { explain, type Fault, fail, type Outcome, ok } from '../outcome/index.ts';
import { createLog, type Part, startBot } from '../server/index.ts';
import { databasePlace } from '../store/index.ts';
import { botParts } from './bot-parts.ts';
import { refuse } from './deliver.ts';
import { resolveServer, type ServeOptions, type ServerSettings } from './server-settings.ts';
import { resolveSettings, type Settings } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** Seconds that jobs have to end when the process is asked to. */
const GRACE = 20;

/** `abbot serve`: the whole bot in one process, until it is asked to end. */
export function serveCommand(options: ServeOptions, to: Surroundings): Promise<number> {
  return runBot(options, to, { loops: true, web: true });
}

/** `abbot work`: jobs from a PostgreSQL that several share. */
export async function workCommand(options: ServeOptions, to: Surroundings): Promise<number> {
  if (!to.env['DATABASE_URL'])
    return refuse(fail('server/no-database', 'a worker needs a database that it can share').fault, to);
  return runBot(options, to, { loops: false, web: options.port !== undefined });
}

async function runBot(
  options: ServeOptions,
  to: Surroundings,
  as: { readonly loops: boolean; readonly web: boolean },
): Promise<number> {
  const prepared = await prepare(options, to);
  if (!prepared.ok) return refuse(prepared.fault, to);
  const { server, parts } = prepared.value;
  const place = databasePlace(server.databaseUrl, server.databaseFolder);
  if (!place.ok) return refuse(place.fault, to);
  const log = createLog(server.log.value, { write: (line) => to.stdout.write(line) });
  const asked = to.stopped?.() ?? new Promise<string>(() => {});
  const bot = await startBot({
    place: place.value,
    parts,
    log,
    version: to.version,
    web: as.web ? { host: server.host.value, port: server.port.value } : null,
    loops: as.loops,
    jobs: server.jobs.value,
    lease: server.lease.value,
    now: to.http.now,
  });
  if (!bot.ok) return refuse(bot.fault, to);
  const database = place.value.engine === 'pglite' ? place.value.folder : place.value.shown;
  log.info({ database, address: bot.value.address, jobs: server.jobs.value, version: to.version }, 'abbot runs');
  const end = await Promise.race([
    asked.then((signal) => ({ signal })),
    bot.value.crashed.then((error) => ({ error })),
  ]);
  if ('signal' in end) log.info({ signal: end.signal }, 'asked to end: what is being done is finished or given back');
  else if (isFault(end.error)) log.fatal({ code: end.error.code }, `abbot cannot go on: ${explain(end.error)}`);
  else log.fatal({ err: end.error }, 'abbot cannot go on: this is a bug');
  await bot.value.stop('signal' in end ? GRACE : 1);
  log.info('abbot has ended');
  return 'signal' in end ? 0 : 3;
}

function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && 'what' in value && 'code' in value;
}

interface Prepared {
  readonly settings: Settings;
  readonly server: ServerSettings;
  readonly parts: readonly Part[];
}

async function prepare(options: ServeOptions, to: Surroundings): Promise<Outcome<Prepared>> {
  const settings = await resolveSettings(options, to);
  if (!settings.ok) return settings;
  const server = await resolveServer(options, to);
  if (!server.ok) return server;
  const parts = await botParts(settings.value, server.value, to);
  return parts.ok ? ok({ settings: settings.value, server: server.value, parts: parts.value }) : parts;
}
