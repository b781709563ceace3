import type { Review } from '../../../review/index.ts';

/** How a tag stands: on the patch now, given in a reply since, or on the older version and no more. */
export type TagState = 'carried' | 'new' | 'given' | 'lost';

/** Who gave which tags to which patch. */
export interface TagsMatrix {
  readonly people: readonly string[];
  readonly rows: readonly {
    readonly patch: number;
    readonly title: string;
    /** One cell a person, in the order of `people`. */
    readonly cells: readonly (readonly { readonly key: string; readonly state: TagState }[])[];
  }[];
}

const TAGS = new Set(['reviewed-by', 'acked-by', 'tested-by', 'reported-by', 'suggested-by', 'co-developed-by']);

type Given = ReadonlyMap<string, { readonly person: string; readonly key: string }>;

/**
 * Patch by person: which tags are there, which of them the older version had too, which it had (or was given in replies)
 * and are lost, and which were given to this version and wait to be picked up.
 *
 * @example
 * const { people, rows } = tagsMatrix(review, before);
 */
export function tagsMatrix(review: Review, before: Review | null): TagsMatrix {
  const people = new Map<string, string>();
  const rows = review.series.patches.map(({ index, title }) => {
    const now = tagsOf(review, index, 'trailers');
    const given = tagsOf(review, index, 'given');
    const pair = review.comparison?.patches.find(({ to }) => to === index)?.from ?? null;
    const old = before !== null && pair !== null ? tagsOf(before, pair, 'both') : new Map();
    const found: { person: string; key: string; state: TagState }[] = [];
    for (const [id, tag] of now) found.push({ ...tag, state: before === null || old.has(id) ? 'carried' : 'new' });
    for (const [id, tag] of given) if (!now.has(id)) found.push({ ...tag, state: 'given' });
    for (const [id, tag] of old as Given) if (!now.has(id) && !given.has(id)) found.push({ ...tag, state: 'lost' });
    for (const { person } of found) people.set(personId(person), people.get(personId(person)) ?? personName(person));
    return { patch: index, title, found };
  });
  const order = [...people.keys()];
  return {
    people: order.map((id) => people.get(id) ?? id),
    rows: rows.map(({ patch, title, found }) => ({
      patch,
      title,
      cells: order.map((id) =>
        found.filter(({ person }) => personId(person) === id).map(({ key, state }) => ({ key, state })),
      ),
    })),
  };
}

function tagsOf(review: Review, index: number, which: 'trailers' | 'given' | 'both'): Given {
  const own = review.series.patches.find((patch) => patch.index === index)?.trailers ?? [];
  const given = review.series.given.filter(({ patch }) => patch === null || patch === index);
  const list = which === 'trailers' ? own : which === 'given' ? given : [...own, ...given];
  return new Map(
    list
      .filter(({ key }) => TAGS.has(key.toLowerCase()))
      .map(({ key, value }) => [`${key.toLowerCase()} ${personId(value)}`, { person: value, key }] as const),
  );
}

/** The address, by which a person is known however the name is spelled. */
function personId(value: string): string {
  return (/<([^<>]{1,200})>/.exec(value.slice(0, 1000))?.[1] ?? value).trim().toLowerCase();
}

function personName(value: string): string {
  return (
    value
      .slice(0, 1000)
      .replace(/\s{0,50}<[^<>]{0,200}>.*$/, '')
      .replace(/^"|"$/g, '')
      .trim() || personId(value)
  );
}
