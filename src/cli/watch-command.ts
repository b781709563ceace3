import { join, resolve } from 'node:path';
import { explain, fail, type Outcome, ok } from '../outcome/index.ts';
import { clean } from '../report/index.ts';
import type { Review } from '../review/index.ts';
import type { HttpClient, WatchEvent, Watched, WatchReview, WatchStore } from '../sources/index.ts';
import { answerFile } from '../store/index.ts';
import { dataFolder } from './data-folder.ts';
import { refuse } from './deliver.ts';
import type { CommonOptions } from './options.ts';
import { resolveSettings, type Settings } from './settings.ts';
import { resolveSources, sourceClient } from './source-settings.ts';
import type { Surroundings } from './surroundings.ts';

export interface WatchAddOptions extends CommonOptions {
  readonly settle?: number;
  readonly since?: string;
  readonly git?: true;
}

export interface WatchRunOptions extends CommonOptions {
  readonly once?: true;
  readonly every?: number;
}

const SETTLE_MINUTES = 15;
const EVERY_MINUTES = 10;

/** `abbot watch add`: a list is watched from now on, or from the day that is given. */
export function watchAdd(place: string, options: WatchAddOptions, to: Surroundings): Promise<number> {
  return withLists(to, async (store) => {
    const lists = await store.lists();
    if (!lists.ok) return refuse(lists.fault, to);
    const source = await sourceOf(place, options.git === true, to);
    if (!source.ok) return refuse(source.fault, to);
    const since = new Date(options.since ?? to.http.now()).toISOString();
    const name = source.value.kind === 'epoch' ? source.value.folder : place;
    const added: Watched = { place: name, source: source.value, settle: options.settle ?? SETTLE_MINUTES, since };
    const saved = await store.saveLists([...lists.value.filter((list) => list.place !== name), added]);
    if (!saved.ok) return refuse(saved.fault, to);
    if (options.quiet !== true) to.stdout.write(`${line(added)}\n`);
    return 0;
  });
}

/** `abbot watch list`: the lists that are watched. */
export function watchList(_options: CommonOptions, to: Surroundings): Promise<number> {
  return withLists(to, async (store) => {
    const lists = await store.lists();
    if (!lists.ok) return refuse(lists.fault, to);
    for (const list of lists.value) to.stdout.write(`${line(list)}\n`);
    return 0;
  });
}

/** `abbot watch remove`: a list is not watched any more; its reviews stay. */
export function watchRemove(place: string, _options: CommonOptions, to: Surroundings): Promise<number> {
  return withLists(to, async (store) => {
    const lists = await store.lists();
    if (!lists.ok) return refuse(lists.fault, to);
    const found = lists.value.find((list) => list.place === place || list.place === resolve(to.cwd, place));
    if (!found) return refuse(fail('watch/unknown', `${clean(place, 200)} is not watched`).fault, to);
    const saved = await store.saveLists(lists.value.filter((list) => list !== found));
    const forgotten = saved.ok ? await store.forget(found.place) : saved;
    return forgotten.ok ? 0 : refuse(forgotten.fault, to);
  });
}

/** `abbot watch run`: reviews what is new, once or for ever; exit code 3 when something could not be read. */
export async function watchRun(options: WatchRunOptions, to: Surroundings): Promise<number> {
  const settings = await resolveSettings(options, to);
  if (!settings.ok) return refuse(settings.fault, to);
  const sources = await resolveSources(to);
  if (!sources.ok) return refuse(sources.fault, to);
  const store = await openStore(to);
  const client: HttpClient = await sourceClient(settings.value, sources.value, to);
  const review = await reviewer(settings.value, to);
  const { runWatch } = await to.sources();
  for (;;) {
    let faults = 0;
    const round = { store, client, review, now: to.http.now, budget: sources.value.requests.value };
    for await (const event of runWatch(round)) {
      if (event.kind === 'fault') {
        faults++;
        to.stderr.write(`abbot: ${clean(`${event.place}: ${explain(event.fault)}`, 2000)}\n`);
      } else if (options.quiet !== true || event.kind === 'reviewed') to.stdout.write(`${told(event)}\n`);
    }
    if (options.once === true) return faults > 0 ? 3 : 0;
    await to.http.sleep(Math.max(1, options.every ?? EVERY_MINUTES) * 60_000);
  }
}

/** The lists of the folder, or of the PostgreSQL that the processes of a bot share. */
async function withLists(to: Surroundings, step: (store: WatchStore) => Promise<number>): Promise<number> {
  const url = to.env['DATABASE_URL'];
  if (!url) return step(await openStore(to));
  const { openWatchDatabase } = await import('./watch-database.ts');
  const database = await openWatchDatabase(url);
  if (!database.ok) return refuse(database.fault, to);
  try {
    return await step(database.value.store);
  } finally {
    await database.value.close();
  }
}

async function openStore(to: Surroundings): Promise<WatchStore> {
  const { openWatchStore } = await to.sources();
  return openWatchStore(join(dataFolder(to), 'watch'));
}

/** A link to a list, read by its feed or by its git archive, or the folder of a git archive. */
async function sourceOf(place: string, git: boolean, to: Surroundings): Promise<Outcome<Watched['source']>> {
  const { findEpochs, parseAddress, allowedHost } = await to.sources();
  const address = parseAddress(place);
  if (!address.ok) return address;
  if (address.value.kind === 'list') {
    const sources = await resolveSources(to);
    if (!sources.ok) return sources;
    const { inbox, list } = address.value;
    const allowed = allowedHost(sources.value.list, new URL(inbox));
    if (!allowed.ok) return allowed;
    if (!git) return ok({ kind: 'atom', inbox, list });
    const host = new URL(inbox).host.replace(/[^A-Za-z0-9.-]/g, '_');
    return ok({ kind: 'mirror', inbox, list, folder: join(dataFolder(to), 'mirrors', host, list) });
  }
  if (address.value.kind !== 'path')
    return fail(
      'source/address',
      `${clean(place, 200)} is no list`,
      undefined,
      'give the link of a list, or the folder of a git archive',
    );
  const folder = resolve(to.cwd, place);
  const epochs = await findEpochs(folder);
  return epochs.ok ? ok({ kind: 'epoch', folder }) : epochs;
}

async function reviewer(
  { tree, base, rules, cache, cacheSize, workers }: Settings,
  to: Surroundings,
): Promise<WatchReview> {
  const engine = await to.engine();
  return (fetched) =>
    engine.runReview({
      inputs: [],
      fetched,
      tree: tree.value,
      base: base.value,
      pick: null,
      ruleDirs: rules.value,
      today: to.today,
      all: false,
      cacheDir: cache.value,
      cacheLimit: cacheSize.value * 2 ** 20,
      workers: workers.value,
      onProgress: () => {},
      version: to.version,
      answers: answerFile(join(dataFolder(to), 'answers.jsonl')),
    });
}

function told(event: Exclude<WatchEvent, { kind: 'fault' }>): string {
  if (event.kind !== 'reviewed') {
    const { title, version, missing, total } = event.series;
    const why = event.kind === 'waiting' ? '' : `, misses ${missing.join(', ')} of ${total}`;
    return `${event.kind}  v${version} ${clean(title, 200)}${why}`;
  }
  const { record, file } = event;
  const review = record.review as Review | null;
  const count = review?.findings.filter((finding) => finding.reported).length ?? 0;
  const result = record.fault ? `not reviewed: ${clean(explain(record.fault), 500)}` : `${count} findings`;
  return `reviewed  v${record.version} ${clean(record.title, 200)}: ${result}  ${file}`;
}

function line({ place, settle, since }: Watched): string {
  return `${clean(place, 500)}  settle ${settle} min  since ${since}`;
}
