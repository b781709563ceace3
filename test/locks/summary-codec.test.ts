import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Summary } from '../../src/locks/summary.ts';
import { decodeSummary, encodeSummary, renumberSummary } from '../../src/locks/summary-codec.ts';
import { GlobalNames } from '../../src/tree/index.ts';

const id = fc.integer({ min: 0, max: 5 });
const line = fc.integer({ min: 0, max: 1 << 20 });
const via = fc.integer({ min: -1, max: 9 });
const instance = fc.constantFrom('$0.lock', ':big_lock', '%foo', '?');
const held = fc.record({ lock: id, instance, mode: fc.integer({ min: 0, max: 2 }), line, via, entry: fc.boolean() });
const summary: fc.Arbitrary<Summary> = fc.record({
  effects: fc.array(
    fc.record({
      kind: id,
      lock: id,
      instance,
      mode: id,
      when: fc.integer({ min: 0, max: 40 }),
      reentrant: fc.boolean(),
      tries: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
  acquisitions: fc.array(
    fc.record({
      lock: id,
      instance,
      mode: fc.integer({ min: 0, max: 2 }),
      line,
      via,
      reentrant: fc.boolean(),
      tries: fc.boolean(),
      nested: fc.boolean(),
      held: fc.array(held, { maxLength: 3 }),
      dropped: fc.array(id, { maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
  calls: fc.array(
    fc.record({
      callee: fc.integer({ min: -9, max: 9 }),
      line,
      held: fc.array(held, { maxLength: 3 }),
      dropped: fc.array(id, { maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
  bounded: fc.boolean(),
  unsettled: fc.boolean(),
});

const plain = ({ effects, acquisitions, calls, bounded, unsettled }: Summary): Summary => ({
  effects,
  acquisitions,
  calls,
  bounded,
  unsettled,
});

describe('summary codec', () => {
  test('what was stored is read again, whatever part is asked for first', () => {
    fc.assert(
      fc.property(fc.array(summary, { minLength: 1, maxLength: 3 }), (summaries) => {
        const names = new GlobalNames();
        const out: number[] = [];
        const starts = summaries.map((one) => {
          const start = out.length;
          encodeSummary(one, names, out);
          return start;
        });
        const words = Int32Array.from(out);
        summaries.forEach((one, i) => {
          const start = starts[i] as number;
          expect(decodeSummary(words, start, names).calls).toEqual(one.calls);
          expect(decodeSummary(words, start, names).acquisitions).toEqual(one.acquisitions);
          expect(plain(decodeSummary(words, start, names))).toEqual(one);
        });
      }),
    );
  });

  test('a summary moved to other numbers says the same in them, and tells where the next begins', () => {
    fc.assert(
      fc.property(summary, (one) => {
        const names = new GlobalNames();
        const out: number[] = [];
        encodeSummary(one, names, out);
        const words = Int32Array.from(out);
        const other = new GlobalNames();
        other.internString('first');
        const moved = Array.from({ length: names.storedCount }, (_, name) => other.internString(names.text(name)));
        const locks = [5, 4, 3, 2, 1, 0];
        expect(renumberSummary(words, 0, locks, moved)).toBe(words.length);
        const twice = Int32Array.from(words);
        renumberSummary(
          twice,
          0,
          locks,
          Array.from({ length: other.storedCount }, (_, name) => names.find(other.text(name))),
        );
        expect(twice).toEqual(Int32Array.from(out));
        expect(decodeSummary(words, 0, other).calls.map((call) => call.held.map(({ instance }) => instance))).toEqual(
          one.calls.map((call) => call.held.map(({ instance }) => instance)),
        );
      }),
    );
  });
});
