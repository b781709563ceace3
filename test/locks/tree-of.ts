import { createHash } from 'node:crypto';
import {
  builtinRulesDir,
  type CycleFinding,
  judgeSeries,
  type LockIndex,
  loadRules,
  type OverlayLocks,
  openLockIndex,
  overlayLocks,
  type RuleSet,
  type SeriesJudgement,
  type Summary,
} from '../../src/locks/index.ts';
import { EFFECT, MODE, WHEN } from '../../src/locks/summary.ts';
import { explain } from '../../src/outcome/index.ts';
import {
  blobId,
  isCLike,
  type LeftOut,
  type OverlayIndex,
  openIndex,
  overlayIndex,
  type Tree,
  type TreeEntry,
  type TreeIndex,
} from '../../src/tree/index.ts';

/** C files by path. */
export type Files = Readonly<Record<string, string>>;

export const { rules } = await loadRules([builtinRulesDir()], { today: '2026-01-31' });

const NONE: LeftOut = { symlinks: [], submodules: [], skipped: [], tooLarge: [], unreadable: [] };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A kernel tree that is nowhere but in memory. */
export function memoryTree(files: Files): Tree {
  const contents = new Map(Object.entries(files).map(([path, text]) => [path, bytesOf(text)]));
  const entries: TreeEntry[] = [...contents]
    .map(([path, bytes]) => ({ path, blob: blobId(bytes), size: bytes.length }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const read = async (path: string): Promise<Uint8Array | null> => contents.get(path) ?? null;
  return {
    kind: 'git',
    root: 'memory',
    revision: 'test',
    id: createHash('sha256').update(JSON.stringify(entries)).digest('hex'),
    list: async () => entries.filter((entry) => isCLike(entry.path)),
    has: async (path) => contents.has(path),
    read,
    async *readMany(paths) {
      for (const path of paths) yield { path, bytes: await read(path) };
    },
    blobId: async (path) => entries.find((entry) => entry.path === path)?.blob ?? null,
    leftOut: async () => NONE,
    close: async () => {},
  };
}

const progress = { onProgress: () => {} };

async function indexOf(files: Files, ruleSet: RuleSet): Promise<LockIndex> {
  const { transparent } = ruleSet;
  const index = await openIndex(memoryTree(files), { cacheDir: null, workers: 1, transparent, ...progress });
  if (!index.ok) throw new Error(explain(index.fault));
  const locks = await openLockIndex(index.value, ruleSet, { cacheDir: null, workers: 1, ...progress });
  if (!locks.ok) throw new Error(explain(locks.fault));
  return locks.value;
}

/** What the analysis says of the functions of a tree, in words that a test can compare. */
export interface Analysed {
  readonly locks: LockIndex;
  /** By name, or `path:name`. */
  summary(fn: string): Summary;
  /** Classes taken, in the order of the source: `foo.lock`, with ` try`, ` shared`, ` nested`, ` reentrant` behind it. */
  takes(fn: string): string[];
  /** `a > b` for each order inside the function: b is taken while a is held. */
  orders(fn: string): string[];
  /** What may be held where `probe` is taken, one entry for each possibility: `-` for nothing, `a+b` for both. */
  heldAt(fn: string, probe?: string): string[];
  /** What is held where `callee` is called. */
  heldCalling(fn: string, callee: string): string[];
  /** `takes a`, `releases $0.lock if nonzero`, `may release b`. */
  effects(fn: string): string[];
}

/** Reads and analyses a tree that is given as text, with the built-in rules. */
export async function treeOf(files: Files, ruleSet: RuleSet = rules): Promise<Analysed> {
  return analysed(await indexOf(files, ruleSet));
}

/** A tree of one file. */
export function fileOf(...parts: readonly string[]): Promise<Analysed> {
  return treeOf({ 'drivers/x/x.c': parts.join('\n') });
}

function analysed(locks: LockIndex): Analysed {
  const text = (lock: number): string => locks.locks.text(lock);
  const summary = (name: string): Summary => locks.summaryOf(functionId(locks.tree, name));
  const setOf = (held: Summary['acquisitions'][number]['held']): string =>
    held.length === 0
      ? '-'
      : held
          .map((one) => text(one.lock) + (one.mode === MODE.EXCLUSIVE ? '' : ' shared'))
          .sort()
          .join('+');
  const unique = (list: readonly string[]): string[] => [...new Set(list)].sort();
  return {
    locks,
    summary,
    takes: (fn) =>
      unique(
        summary(fn).acquisitions.map((taken) =>
          [
            text(taken.lock),
            taken.tries ? 'try' : '',
            taken.mode === MODE.EXCLUSIVE ? '' : 'shared',
            taken.nested ? 'nested' : '',
            taken.reentrant ? 'reentrant' : '',
          ]
            .filter(Boolean)
            .join(' '),
        ),
      ),
    orders: (fn) =>
      unique(
        summary(fn).acquisitions.flatMap((taken) =>
          taken.held.map((held) => `${text(held.lock)} > ${text(taken.lock)}`),
        ),
      ),
    heldAt: (fn, probe = 'probe') =>
      unique(
        summary(fn)
          .acquisitions.filter((taken) => text(taken.lock) === probe)
          .map((taken) => setOf(taken.held)),
      ),
    heldCalling: (fn, callee) => {
      const id = functionId(locks.tree, callee);
      return unique(
        summary(fn)
          .calls.filter((call) => call.callee === id)
          .map((call) => setOf(call.held)),
      );
    },
    effects: (fn) =>
      unique(
        summary(fn).effects.map((effect) => {
          const verb = Object.entries({
            takes: EFFECT.ACQUIRE,
            releases: EFFECT.RELEASE,
            'may release': EFFECT.MAY_RELEASE,
            touches: EFFECT.TOUCH,
            expects: EFFECT.EXPECT,
          }).find(([, kind]) => kind === effect.kind)?.[0];
          return `${verb} ${text(effect.lock)}${effect.kind === EFFECT.EXPECT ? '' : whenText(effect.when)}`;
        }),
      ),
  };
}

function whenText(when: number): string {
  if (when >= WHEN.PARAMETER_FALSE) return ` if not $${when - WHEN.PARAMETER_FALSE}`;
  if (when >= WHEN.PARAMETER_TRUE) return ` if $${when - WHEN.PARAMETER_TRUE}`;
  return ['', ' if zero', ' if nonzero', ' if not negative', ' if negative'][when] ?? ` if ${when}`;
}

function functionId(tree: TreeIndex, name: string): number {
  const { symbols } = tree;
  const [path, own] = name.includes(':') ? name.split(':') : [null, name];
  for (let fn = 0; fn < symbols.functionCount; fn++) {
    if (symbols.functionName(fn) !== own) continue;
    if (path === null || symbols.path(symbols.t.fnFile.at(fn)) === path) return fn;
  }
  throw new Error(`there is no function ${name} in the tree`);
}

/** What a series of changes does to a tree, each change a set of files as they are after it (null: removed). */
export interface Reviewed {
  readonly judgement: SeriesJudgement;
  readonly findings: readonly CycleFinding[];
  readonly base: Analysed;
  readonly steps: readonly OverlayLocks[];
  /** `abba introduced a b`, sorted; the classes sorted too. */
  readonly verdicts: string[];
}

/** Judges a series: the tree before it, and what each patch changes. */
export async function reviewOf(
  before: Files,
  ...patches: readonly Readonly<Record<string, string | null>>[]
): Promise<Reviewed> {
  return reviewWith(rules, before, ...patches);
}

/** The same with rules of one's own. */
export async function reviewWith(
  ruleSet: RuleSet,
  before: Files,
  ...patches: readonly Readonly<Record<string, string | null>>[]
): Promise<Reviewed> {
  const base = await indexOf(before, ruleSet);
  const steps: OverlayLocks[] = [];
  let tree: TreeIndex = base.tree;
  let locks: LockIndex = base;
  for (const patch of patches) {
    const changes = new Map(
      Object.entries(patch).map(([path, text]) => [path, text === null ? null : bytesOf(text)] as const),
    );
    const overlay: OverlayIndex = overlayIndex(tree, changes);
    const step = overlayLocks(locks, overlay, ruleSet);
    steps.push(step);
    tree = overlay;
    locks = step;
  }
  const judgement = judgeSeries(base, steps, ruleSet);
  return {
    judgement,
    findings: judgement.findings,
    base: analysed(base),
    steps,
    verdicts: judgement.findings.map((f) => [f.kind, f.verdict, ...[...f.locks].sort()].join(' ')).sort(),
  };
}

/** Lines of C as the body of a function: `fn('void f(struct foo *foo)', 'mutex_lock(&foo->lock);')`. */
export function fn(head: string, ...body: readonly string[]): string {
  return `${head}\n{\n${body.map((line) => `\t${line}\n`).join('')}}\n`;
}

/** Takes and releases a global lock of this name, so that what is held there can be asked for. */
export const PROBE = 'spin_lock(&probe); spin_unlock(&probe);';
export const PROBE_2 = 'spin_lock(&probe_2); spin_unlock(&probe_2);';

/** Locks that most tests need. */
export const LOCKS = `
static DEFINE_MUTEX(a);
static DEFINE_MUTEX(b);
static DEFINE_MUTEX(c);
static DEFINE_SPINLOCK(probe);
static DEFINE_SPINLOCK(probe_2);
struct foo {
	struct mutex lock;
	spinlock_t spin;
	struct rw_semaphore sem;
	struct foo *parent;
	int state;
};
`;
