import { execFile } from 'node:child_process';
import { access, constants, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { clean } from '../report/index.ts';
import { dataFolder } from './data-folder.ts';
import { refuse } from './deliver.ts';
import type { CommonOptions } from './options.ts';
import { resolveServer } from './server-settings.ts';
import { resolveSettings, type Setting, type Settings } from './settings.ts';
import { resolveSources } from './source-settings.ts';
import type { Surroundings } from './surroundings.ts';

const NEEDED_NODE: readonly [number, number] = [20, 19];

/** One thing that was looked at. */
export interface Check {
  readonly name: string;
  readonly good: boolean;
  readonly found: string;
}

/** `abbot doctor`: what this installation finds around it, and the settings in force with the origin of each. */
export async function doctorCommand(options: CommonOptions, to: Surroundings): Promise<number> {
  const settings = await resolveSettings(options, to);
  if (!settings.ok) return refuse(settings.fault, to);
  const checks = [
    nodeCheck(process.versions.node),
    await gitCheck(),
    await treeCheck(settings.value),
    await cacheCheck(settings.value),
    await indexCheck(settings.value),
  ];
  const server = await resolveServer({}, to);
  if (!server.ok) return refuse(server.fault, to);
  const { databaseChecks } = await import('./doctor-database.ts');
  checks.push(...(await databaseChecks(server.value)));
  const sources = await resolveSources(to);
  if (!sources.ok) return refuse(sources.fault, to);
  const { list: _, mirrors, ...named } = sources.value;
  const standIns = Object.entries(mirrors.value).map(([base, others]) => `${base} → ${others.join(', ')}`);
  const fetched: [string, Setting<string | number | readonly string[] | null>][] = [
    ...Object.entries(named),
    ['mirrors', { value: standIns, origin: mirrors.origin }],
    ['data', { value: dataFolder(to), origin: to.env['ABBOT_DATA'] ? 'ABBOT_DATA' : 'default' }],
  ];
  const rows = checks.map((c) => `  ${c.good ? '✓' : '✗'} ${c.name.padEnd(8)} ${clean(c.found)}`);
  const lines = (values: readonly [string, Setting<string | number | readonly string[] | null>][]) =>
    values.map(([name, s]) => `  ${name.padEnd(10)} ${clean(show(s.value))}  (${clean(s.origin)})\n`).join('');
  const { databaseUrl, databaseFolder, ...bot } = server.value;
  const database = { value: databaseUrl === undefined ? databaseFolder : 'a PostgreSQL', origin: databaseOrigin(to) };
  const runs: [string, Setting<string | number>][] = [['database', database], ...Object.entries(bot)];
  const text = `settings\n${lines(Object.entries(settings.value))}\nsources\n${lines(fetched)}\nserver\n${lines(runs)}`;
  to.stdout.write(`abbot ${to.version}\n${rows.join('\n')}\n\n${text}`);
  return checks.every((c) => c.good) ? 0 : 3;
}

function databaseOrigin({ env }: Surroundings): string {
  if (env['DATABASE_URL']) return 'DATABASE_URL';
  return env['ABBOT_DATA'] ? 'ABBOT_DATA' : 'default';
}

function nodeCheck(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const good = major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1]);
  return { name: 'node', good, found: good ? version : `${version}; install ${NEEDED_NODE.join('.')} or newer` };
}

async function gitCheck(): Promise<Check> {
  try {
    const { stdout } = await promisify(execFile)('git', ['--version'], { timeout: 10_000 });
    return { name: 'git', good: true, found: stdout.trim() };
  } catch {
    return { name: 'git', good: false, found: 'not found; install it to review against a git repository' };
  }
}

async function treeCheck(settings: Settings): Promise<Check> {
  const tree = settings.tree.value;
  if (tree === null)
    return { name: 'tree', good: true, found: 'none: reviews read the diff alone; --tree DIR names one' };
  const there = await stat(tree).catch(() => null);
  if (there?.isDirectory()) return { name: 'tree', good: true, found: tree };
  return { name: 'tree', good: false, found: `${tree} is not a directory; correct it where it is set (below)` };
}

/** Looks only: the nearest folder that exists must be writable. */
async function cacheCheck(settings: Settings): Promise<Check> {
  const cache = settings.cache.value;
  if (cache === null) return { name: 'cache', good: true, found: 'none: facts are read anew every time' };
  for (let folder = cache; ; folder = dirname(folder)) {
    const there = await stat(folder).catch(() => null);
    if (!there && dirname(folder) !== folder) continue;
    const good = await access(folder, constants.W_OK).then(
      () => there?.isDirectory() === true,
      () => false,
    );
    return {
      name: 'cache',
      good,
      found: good ? cache : `${cache} cannot be written; set ABBOT_CACHE to a folder that can`,
    };
  }
}

/** An index is made by the first review, or by `abbot index`. */
async function indexCheck({ tree, cache }: Settings): Promise<Check> {
  const check = (found: string): Check => ({ name: 'index', good: true, found });
  if (tree.value === null || cache.value === null) return check('none is needed');
  const folder = join(cache.value, 'trees');
  const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.index'));
  if (files.length === 0) return check('none yet: the first review takes minutes, or run `abbot index` before');
  return check(`${files.length} in ${folder}`);
}

function show(value: string | number | readonly string[] | null): string {
  if (value === null) return 'none';
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ');
  return String(value);
}
