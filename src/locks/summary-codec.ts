import type { GlobalNames } from '../tree/index.ts';
import type { Acquisition, Effect, Held, HeldCall, Summary } from './summary.ts';

/** Appends a summary to `out`; instances are interned in `instances`. */
export function encodeSummary(summary: Summary, instances: GlobalNames, out: number[]): void {
  out.push(summary.effects.length, summary.acquisitions.length, summary.calls.length, summary.bounded ? 1 : 0);
  for (const e of summary.effects)
    out.push(e.kind, e.lock, instances.internString(e.instance), e.mode, e.when, e.reentrant ? 1 : 0);
  for (const a of summary.acquisitions) {
    out.push(
      a.lock,
      instances.internString(a.instance),
      a.mode | (a.tries ? 4 : 0) | (a.reentrant ? 8 : 0) | (a.nested ? 16 : 0),
      a.line,
      a.via,
    );
    encodeHeld(a.held, instances, out);
    encodeList(a.dropped, out);
  }
  for (const c of summary.calls) {
    out.push(c.callee, c.line);
    encodeList(
      c.args.map((arg) => instances.internString(arg)),
      out,
    );
    encodeHeld(c.held, instances, out);
    encodeList(c.dropped, out);
  }
}

function encodeHeld(held: readonly Held[], instances: GlobalNames, out: number[]): void {
  out.push(held.length);
  for (const h of held) out.push(h.lock, instances.internString(h.instance), h.mode | (h.entry ? 4 : 0), h.line, h.via);
}

function encodeList(list: readonly number[], out: number[]): void {
  out.push(list.length);
  for (const item of list) out.push(item);
}

/** Reads the summary that begins at `start`. */
export function decodeSummary(words: Int32Array, start: number, instances: GlobalNames): Summary {
  let at = start;
  const next = (): number => words[at++] as number;
  const list = (): number[] => {
    const out: number[] = [];
    for (let n = next(); n > 0; n--) out.push(next());
    return out;
  };
  const held = (): Held[] => {
    const out: Held[] = [];
    for (let n = next(); n > 0; n--) {
      const lock = next();
      const instance = instances.text(next());
      const bits = next();
      out.push({ lock, instance, mode: bits & 3, entry: (bits & 4) !== 0, line: next(), via: next() });
    }
    return out;
  };
  const counts = [next(), next(), next()] as const;
  const bounded = next() === 1;
  const effects: Effect[] = [];
  for (let i = 0; i < counts[0]; i++)
    effects.push({
      kind: next(),
      lock: next(),
      instance: instances.text(next()),
      mode: next(),
      when: next(),
      reentrant: next() === 1,
    });
  const acquisitions: Acquisition[] = [];
  for (let i = 0; i < counts[1]; i++) {
    const lock = next();
    const instance = instances.text(next());
    const bits = next();
    acquisitions.push({
      lock,
      instance,
      mode: bits & 3,
      tries: (bits & 4) !== 0,
      reentrant: (bits & 8) !== 0,
      nested: (bits & 16) !== 0,
      line: next(),
      via: next(),
      held: held(),
      dropped: list(),
    });
  }
  const calls: HeldCall[] = [];
  for (let i = 0; i < counts[2]; i++)
    calls.push({
      callee: next(),
      line: next(),
      args: list().map((id) => instances.text(id)),
      held: held(),
      dropped: list(),
    });
  return { effects, acquisitions, calls, bounded };
}

/**
 * Moves an encoded summary from the numbers of one lock table and its instances to those of another, in place; gives
 * where the next one begins. Follows `encodeSummary` word by word.
 */
export function renumberSummary(
  words: Int32Array,
  start: number,
  locks: ArrayLike<number>,
  instances: ArrayLike<number>,
): number {
  let at = start;
  const lock = (): void => {
    words[at] = locks[words[at] as number] as number;
    at++;
  };
  const instance = (): void => {
    words[at] = instances[words[at] as number] as number;
    at++;
  };
  const list = (of: () => void): void => {
    for (let n = words[at++] as number; n > 0; n--) of();
  };
  const held = (): void => {
    lock();
    instance();
    at += 3;
  };
  const effects = words[at++] as number;
  const acquisitions = words[at++] as number;
  const calls = words[at++] as number;
  at++;
  for (let i = 0; i < effects; i++) {
    at++;
    lock();
    instance();
    at += 3;
  }
  for (let i = 0; i < acquisitions; i++) {
    lock();
    instance();
    at += 3;
    list(held);
    list(lock);
  }
  for (let i = 0; i < calls; i++) {
    at += 2;
    list(instance);
    list(held);
    list(lock);
  }
  return at;
}
