import fc from 'fast-check';
import { expect, test } from 'vitest';
import { orderCycle } from '../../../src/locks/rules/order-cycle.ts';

test('two orders against each other are a cycle of two', () => {
  expect(orderCycle(new Map([['a', ['b']]]), 'b', 'a')).toEqual(['b', 'a', 'b']);
});

test('an order of a class with itself is a cycle', () => {
  expect(orderCycle(new Map(), 'a', 'a')).toEqual(['a', 'a']);
});

test('a diamond is no cycle', () => {
  const orders = new Map([
    ['a', ['b', 'c']],
    ['b', ['d']],
  ]);
  expect(orderCycle(orders, 'c', 'd')).toBeNull();
});

test('orders that are added unless they close a cycle always leave a graph that can be sorted', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f');
  fc.assert(
    fc.property(fc.array(fc.tuple(name, name), { maxLength: 40 }), (wanted) => {
      const orders = new Map<string, string[]>();
      for (const [before, after] of wanted) {
        const cycle = orderCycle(orders, before, after);
        if (cycle === null) orders.set(before, [...(orders.get(before) ?? []), after]);
        else {
          expect([cycle[0], cycle[1], cycle.at(-1)]).toEqual([before, after, before]);
          for (let i = 1; i + 1 < cycle.length; i++) expect(orders.get(cycle[i]!)).toContain(cycle[i + 1]);
        }
      }
      const left = new Set('abcdef');
      for (let shrunk = true; shrunk; ) {
        shrunk = false;
        for (const node of left)
          if (!(orders.get(node) ?? []).some((next) => left.has(next))) shrunk = left.delete(node) || shrunk;
      }
      expect(left.size).toBe(0);
    }),
  );
});
