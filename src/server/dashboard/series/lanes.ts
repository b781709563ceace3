import type { Finding, WitnessPath } from '../../../review/index.ts';

/** One thing that happens on a CPU. */
export interface LaneEvent {
  /** Row of the drawing, from 0; time runs downwards, and no two events share a row. */
  readonly row: number;
  readonly kind: 'call' | 'acquire' | 'wait' | 'skipped';
  readonly text: string;
  /** Calls around it, for the indent. */
  readonly depth: number;
}

/** What one CPU does, and how long it holds its lock. */
export interface Lane {
  readonly name: string;
  readonly holds: string;
  readonly waits: string;
  readonly events: readonly LaneEvent[];
  /** First and last row on which the lock is held. */
  readonly held: readonly [number, number];
}

/** A proof as a drawing: each CPU in its lane, and who waits for whom. */
export interface Lanes {
  readonly lanes: readonly Lane[];
  readonly rows: number;
}

/** Calls that are drawn before and after the lock is taken; the others of a long chain are one line of dots. */
const MOST = 4;
const MOST_LANES = 5;
const CONTEXTS: Readonly<Record<string, string>> = { hardirq: 'interrupt', softirq: 'softirq' };

/**
 * Lays out the proof of a finding. First each CPU takes its lock, in the order of the paths, then each waits for the
 * other's: the moment at which nothing can go on is the end of the drawing. Null where there is nothing to draw.
 *
 * @example
 * const { lanes } = layLanes(finding) ?? { lanes: [] };
 */
export function layLanes(finding: Pick<Finding, 'paths'>): Lanes | null {
  const paths = cycleOf(finding.paths);
  if (paths.length === 0) return null;
  let row = 0;
  const begun = paths.map((path) => {
    const events = begin(path, row);
    row += events.length;
    return events;
  });
  const lanes = paths.map((path, i) => {
    const before = begun[i] ?? [];
    const after = end(path, row, before.at(-1)?.depth ?? 0);
    row += after.length;
    const taken = before.findLast(({ kind }) => kind === 'acquire')?.row ?? before[0]?.row ?? row;
    return { path, events: [...before, ...after], taken, name: nameOf(path, i) };
  });
  return {
    rows: row,
    lanes: lanes.map(({ path, events, taken, name }) => ({
      name,
      holds: path.holds,
      waits: path.waits,
      events,
      held: [taken, row - 1],
    })),
  };
}

/** The paths that make the circle: each holds what the one before it waits for. The others of a finding are further examples. */
function cycleOf(paths: readonly WitnessPath[]): readonly WitnessPath[] {
  const [first] = paths;
  if (first === undefined) return [];
  const circle = [first];
  while (circle.length < MOST_LANES) {
    const { waits } = circle.at(-1) ?? first;
    if (waits === first.holds) return circle;
    const next = paths.find((path) => path.holds === waits && !circle.includes(path));
    if (next === undefined) break;
    circle.push(next);
  }
  // Kinds without a circle: the two sides as they were found.
  return circle.length > 1 ? circle : paths.slice(0, 2);
}

function nameOf(path: WitnessPath, index: number): string {
  const context = CONTEXTS[path.holds.replace(/^ctx:/, '')];
  return context === undefined ? `CPU${index}: ${path.chain[0]?.function ?? ''}()` : `CPU${index}, ${context}`;
}

/** The calls down to the one that takes the lock that is held. */
function begin(path: WitnessPath, row: number): LaneEvent[] {
  const at = path.acquire?.step ?? 0;
  const calls = path.chain.slice(0, at + 1).map((step) => `${step.function}()`);
  const events = shorten(calls, row, 0);
  if (path.acquire === null) return events;
  const depth = (events.at(-1)?.depth ?? -1) + 1;
  return [...events, { row: row + events.length, kind: 'acquire', text: callName(path.acquire.call), depth }];
}

/** The calls from there down to the one that waits. */
function end(path: WitnessPath, row: number, depth: number): LaneEvent[] {
  const at = path.acquire?.step ?? 0;
  const rest = path.chain.slice(at + 1).map((step) => `${step.function}()`);
  const waits = path.wait === null ? (rest.pop() ?? path.waits) : callName(path.wait.call);
  const events = shorten(rest, row, depth);
  const last = (events.at(-1)?.depth ?? depth - 1) + 1;
  return [...events, { row: row + events.length, kind: 'wait', text: waits, depth: last }];
}

function shorten(calls: readonly string[], row: number, depth: number): LaneEvent[] {
  const shown = calls.length <= MOST ? calls : [...calls.slice(0, MOST / 2), null, ...calls.slice(-MOST / 2)];
  return shown.map((text, i) => ({
    row: row + i,
    kind: text === null ? 'skipped' : 'call',
    text: text ?? `… ${calls.length - MOST} calls`,
    depth: depth + i,
  }));
}

function callName(call: string): string {
  return /[()]/.test(call) ? call : `${call}()`;
}
