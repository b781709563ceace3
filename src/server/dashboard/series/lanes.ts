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
const CONTEXTS: Readonly<Record<string, string>> = { hardirq: 'interrupt', softirq: 'softirq' };

/**
 * Lays out the proof of a finding. First each CPU takes its lock, in the order of the paths, then each waits for the
 * other's: the moment at which nothing can go on is the end of the drawing. Null where there is nothing to draw.
 *
 * @example
 * const { lanes } = layLanes(finding) ?? { lanes: [] };
 */
export function layLanes(finding: Pick<Finding, 'kind' | 'paths'>): Lanes | null {
  const [first, second] = finding.paths;
  if (first === undefined) return null;
  const paths = second === undefined ? [first] : finding.paths.slice(0, finding.kind === 'abba' ? 4 : 2);
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
