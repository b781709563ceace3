import type { HeldSets } from './held-sets.ts';
import type { Acquisition, Held, HeldCall } from './summary.ts';

/** Different held sets recorded for one call or acquisition. */
const RECORDED = 8;

/** Writes down what one function takes and calls, and what is held there. */
export class LockRecorder {
  readonly acquisitions = new Map<string, Acquisition>();
  readonly calls: HeldCall[] = [];
  /** More was seen at some place than is recorded. */
  bounded = false;
  private readonly held: HeldSets;
  private readonly noted = new Set<number>();
  private readonly recorded = new Map<number, number>();

  constructor(held: HeldSets) {
    this.held = held;
  }

  acquisition(pc: number, taken: Omit<Acquisition, 'held' | 'dropped'>, held: number): void {
    const key = `${pc}|${taken.lock}|${held}`;
    if (this.acquisitions.has(key) || !this.mayRecord(pc)) return;
    const { have, dropped } = this.split(held);
    this.acquisitions.set(key, { ...taken, held: have, dropped });
  }

  call(pc: number, words: readonly number[], line: number, held: number): void {
    if (this.held.size(held) === 0 || words.length === 0) return;
    const key = pc * 0x100000 + held;
    if (this.noted.has(key) || !this.mayRecord(pc)) return;
    this.noted.add(key);
    const { have, dropped } = this.split(held);
    for (const callee of new Set(words)) this.calls.push({ callee, line, held: have, dropped });
  }

  private mayRecord(pc: number): boolean {
    const count = this.recorded.get(pc) ?? 0;
    if (count >= RECORDED) {
      this.bounded = true;
      return false;
    }
    this.recorded.set(pc, count + 1);
    return true;
  }

  private split(set: number): { have: Held[]; dropped: number[] } {
    const have: Held[] = [];
    const dropped: number[] = [];
    for (const entry of this.held.entriesOf(set)) {
      if (entry.missing) dropped.push(entry.lock);
      else
        have.push({
          lock: entry.lock,
          instance: entry.instance,
          mode: entry.mode,
          line: entry.line,
          via: entry.via,
          entry: entry.entry,
        });
    }
    return { have, dropped };
  }
}
