import type { LockIndex, RuleSet } from '../locks/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { openTree, type Tree, type TreeIndex } from '../tree/index.ts';
import { openLocks } from './analyse-locks.ts';
import type { Answered, Ask, AtlasCoverage, AtlasIdentity, Question } from './atlas-answers.ts';
import { AtlasAreas } from './atlas-areas.ts';
import { type ClassNames, classNames, ordersOfClass, reachOfClass, searchClasses } from './atlas-classes.ts';
import { graphOf } from './atlas-graph.ts';
import { fileUses, type OrderTable, orderTable } from './atlas-orders.ts';
import { sourceLines } from './atlas-source.ts';
import { explainLocks } from './explain-locks.ts';
import { loadReviewRules } from './load-rules.ts';
import type { ProgressEvent, TreeRequest } from './request.ts';

/** What a thread needs to read a tree; survives being sent to one. */
export type ReadingRequest = Omit<TreeRequest, 'onProgress' | 'tree'> & { readonly tree: string };

/** A tree that was read: one index, open until it is closed. */
export interface Reading {
  readonly identity: Omit<AtlasIdentity, 'openedAt'>;
  readonly coverage: AtlasCoverage;
  answer<K extends Question>(question: K, ask: Ask<K>): Promise<Outcome<Answered<K>>>;
  /** Works out the lists that searches go through. */
  warm(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Whether a tree is still the one of an id; fails with the codes of `tree/`. A directory is looked at without reading
 * its files, if the cache knows it.
 */
export async function isUnchanged(request: ReadingRequest, id: string): Promise<Outcome<boolean>> {
  const tree = await openTree(request.tree, request.base ?? undefined, { cacheDir: request.cacheDir, trust: true });
  if (!tree.ok) return tree;
  try {
    return ok(tree.value.id === id && (tree.value.unchanged ? await tree.value.unchanged() : true));
  } finally {
    await tree.value.close();
  }
}

/** Rows of any list, at most. */
const MOST_ROWS = 1000;

/** Opens the index of a tree, or makes it. Fails with the codes of `tree/`, `cache/` and `rules/`. */
export async function openReading(
  request: ReadingRequest,
  onProgress: (event: ProgressEvent) => void,
  trust = true,
): Promise<Outcome<Reading>> {
  const loaded = await loadReviewRules(request, request.cacheDir);
  if (!loaded.ok) return loaded;
  const { rules, notes } = loaded.value;
  const tree = await openTree(request.tree, request.base ?? undefined, { cacheDir: request.cacheDir, trust });
  if (!tree.ok) return tree;
  const opened = await openLocks(tree.value, rules, { ...request, onProgress });
  if (!opened.ok) {
    await tree.value.close();
    return opened;
  }
  const { index, locks } = opened.value;
  if (trust && tree.value.unchanged && !(await tree.value.unchanged())) {
    index.close();
    await tree.value.close();
    return openReading(request, onProgress, false);
  }
  return ok(new OpenReading(tree.value, rules, index, locks, notes));
}

type Answers = { readonly [K in Question]: (ask: Ask<K>) => Outcome<Answered<K>> | Promise<Outcome<Answered<K>>> };

class OpenReading implements Reading {
  readonly identity: Reading['identity'];
  readonly coverage: AtlasCoverage;
  private readonly tree: Tree;
  private readonly rules: RuleSet;
  private readonly index: TreeIndex;
  private readonly locks: LockIndex;
  private readonly notes: readonly string[];
  private table: OrderTable | null = null;
  private names: ClassNames | null = null;
  private areas: AtlasAreas | null = null;

  constructor(tree: Tree, rules: RuleSet, index: TreeIndex, locks: LockIndex, notes: readonly string[]) {
    this.tree = tree;
    this.rules = rules;
    this.index = index;
    this.locks = locks;
    this.notes = notes;
    const { root, kind, revision, id } = tree;
    this.identity = { root, kind, revision, id, rules: rules.hash };
    const { files, unreadable, functions, unresolvedCalls, dropped } = index.counts;
    this.coverage = { files, unreadable, functions, unresolvedCalls, dropped, notes };
  }

  async answer<K extends Question>(question: K, ask: Ask<K>): Promise<Outcome<Answered<K>>> {
    return this.answers[question](ask);
  }

  async warm(): Promise<void> {
    this.classes();
    (await this.areasOfTree()).search('', 1);
  }

  async close(): Promise<void> {
    this.index.close();
    await this.tree.close();
  }

  private readonly answers: Answers = {
    search: ({ text, limit }) => ok(searchClasses(this.classes(), text, rows(limit))),
    orders: ({ name, limit }) => ordersOfClass(this.locks, this.orders(), name, rows(limit)),
    reach: ({ name, limit }) => reachOfClass(this.locks, this.rules, this.orders(), name, rows(limit)),
    pair: ({ locks }) => explainLocks(this.locks, this.rules, this.notes, locks),
    areas: async ({ text, limit }) => ok((await this.areasOfTree()).search(text, rows(limit))),
    graph: async ({ area, most }) => {
      const found = (await this.areasOfTree()).filesOf(area);
      if (found === null) return fail('atlas/no-such-area', `no part of the tree is called '${area.slice(0, 100)}'`);
      return ok(graphOf(this.locks, this.rules, this.orders(), found.area, found.files, rows(most)));
    },
    source: ({ path, line, window }) => sourceLines(this.tree, this.index, path, line, window),
  };

  /** Made when it is first asked for: a thread that explains pairs needs none. */
  private orders(): OrderTable {
    this.table ??= orderTable(this.locks);
    return this.table;
  }

  private classes(): ClassNames {
    this.names ??= classNames(this.locks, this.orders());
    return this.names;
  }

  private async areasOfTree(): Promise<AtlasAreas> {
    if (this.areas === null) {
      const bytes = await this.tree.read('MAINTAINERS');
      const files = fileUses(this.locks, this.orders());
      this.areas = new AtlasAreas(new TextDecoder().decode(bytes ?? new Uint8Array()), files);
    }
    return this.areas;
  }
}

function rows(limit: number): number {
  return Math.min(MOST_ROWS, Math.max(1, Math.trunc(limit) || 1));
}
