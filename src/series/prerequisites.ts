import type { Patch, Series, Trailer } from './series.ts';
import { parseSubject } from './subject.ts';
import { messageIdOfUrl } from './version-links.ts';

/** What a series says it needs, and what of it is at hand. */
export interface Prerequisite {
  /** As the series says it: `message-id: <a@b>`. */
  readonly said: string;
  /** The series it is in; null when it is not in reach. */
  readonly series: Series | null;
  /** The patches to apply, in order; empty when it is not in reach. */
  readonly patches: readonly Patch[];
}

/** How deep prerequisites of prerequisites are followed. */
const MAX_DEPTH = 8;
/** Lines of prerequisites that are resolved; a series of `git format-patch --base` may list hundreds of patch ids. */
const MAX_LINES = 500;

/**
 * Finds the patches that have to be applied before a series among the series at hand: by message-id (of a cover letter,
 * or of a patch), change-id (with `:v3` behind it that version, else the newest), patch-id, or title. Prerequisites of
 * prerequisites come first; no patch comes twice; a version of the series itself is never one.
 *
 * `own` are the versions of the series itself, `patchIdOf` gives a diff's patch id.
 *
 * @example
 * const needed = resolvePrerequisites(series, all, [series], patchId);
 * const first = needed.flatMap((prerequisite) => prerequisite.patches);
 */
export function resolvePrerequisites(
  series: Series,
  all: readonly Series[],
  own: readonly Series[],
  patchIdOf: (diff: string) => string,
): Prerequisite[] {
  const itself = new Set(own);
  // Of what two series hold, the other one's is meant: it stands last, and the last one counts.
  const reach = reachOf([...all.filter((s) => itself.has(s)), ...all.filter((s) => !itself.has(s))], patchIdOf);
  const done = new Set<Patch>();
  const path = new Set<Series>([series]);
  const out: Prerequisite[] = [];
  const follow = (from: Series): void => {
    for (const line of from.prerequisites.slice(0, MAX_LINES)) {
      const said = `${line.key}: ${line.value}`;
      const found = find(line, reach);
      if (found === null) {
        out.push({ said, series: null, patches: [] });
        continue;
      }
      if (itself.has(found.series) || path.has(found.series)) continue;
      if (path.size < MAX_DEPTH) {
        path.add(found.series);
        follow(found.series);
        path.delete(found.series);
      }
      const patches = found.patches.filter((patch) => !done.has(patch) && patch.diff !== '');
      for (const patch of patches) done.add(patch);
      if (patches.length > 0) out.push({ said, series: found.series, patches });
    }
  };
  follow(series);
  return out;
}

interface Hit {
  readonly series: Series;
  readonly patches: readonly Patch[];
}
interface Reach {
  readonly byId: ReadonlyMap<string, Hit>;
  readonly byChange: ReadonlyMap<string, Hit>;
  readonly byPatchId: () => ReadonlyMap<string, Hit>;
  readonly byTitle: ReadonlyMap<string, Hit>;
}

function reachOf(all: readonly Series[], patchIdOf: (diff: string) => string): Reach {
  const byId = new Map<string, Hit>();
  const byChange = new Map<string, Hit>();
  const byTitle = new Map<string, Hit>();
  for (const series of all) {
    const whole = { series, patches: series.patches };
    for (const patch of series.patches)
      if (patch.messageId !== null && !series.carried.includes(patch.index)) byId.set(patch.messageId, whole);
    if (series.messageId !== null) byId.set(series.messageId, whole);
    // The patches of a cover letter that is not at hand name it.
    else if (series.answers[0] !== undefined && !byId.has(series.answers[0])) byId.set(series.answers[0], whole);
    const known = byTitle.get(series.title.toLowerCase());
    if (known === undefined || known.series.version <= series.version) byTitle.set(series.title.toLowerCase(), whole);
    if (series.changeId === null) continue;
    byChange.set(`${series.changeId}:v${series.version}`, whole);
    const newest = byChange.get(series.changeId);
    if (newest === undefined || newest.series.version <= series.version) byChange.set(series.changeId, whole);
  }
  let ids: Map<string, Hit> | undefined;
  const byPatchId = (): Map<string, Hit> => {
    // Hashing every patch at hand is left until a patch id is asked for.
    ids ??= new Map(
      all.flatMap((series) =>
        series.patches.map((patch) => [patchIdOf(patch.diff), { series, patches: [patch] }] as const),
      ),
    );
    return ids;
  };
  return { byId, byChange, byPatchId, byTitle };
}

function find({ key, value }: Trailer, reach: Reach): Hit | null {
  if (key === 'patch-id') return reach.byPatchId().get(value.toLowerCase().split(/\s/)[0] ?? '') ?? null;
  if (key === 'change-id') return reach.byChange.get(value.split(/\s/)[0] ?? '') ?? null;
  const id = messageIdIn(value);
  if (id !== null) return reach.byId.get(id) ?? null;
  return reach.byChange.get(value) ?? reach.byTitle.get(parseSubject(value).title.toLowerCase()) ?? null;
}

/** The message-id of a `Depends-on:` value: in a link, in brackets, or bare. */
function messageIdIn(value: string): string | null {
  const url = /https?:\/\/[^\s<>"')\]]{1,400}/.exec(value);
  if (url) return messageIdOfUrl(url[0]);
  return (
    /<([^<>\s@]{1,200}@[^<>\s@]{1,200})>/.exec(value)?.[1] ??
    /^([^<>\s@]{1,200}@[^<>\s@,]{1,200})$/.exec(value)?.[1] ??
    null
  );
}
