import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawDiagram, type WitnessPath } from '../../src/review/index.ts';
import { expectGolden } from '../golden/golden.ts';
import { removeStore, unbindStore } from '../report/fixtures.ts';

const short: WitnessPath = {
  ...removeStore,
  holds: 'a.lock',
  waits: 'b.lock',
  chain: [{ function: 'first', file: 'a.c', line: 3, via: 'entry', slot: null }],
  acquire: { step: 0, call: 'mutex_lock', file: 'a.c', line: 2 },
  wait: { step: 0, call: 'mutex_lock', file: 'a.c', line: 3 },
};
const reverse: WitnessPath = {
  ...short,
  holds: 'b.lock',
  waits: 'a.lock',
  chain: [{ function: 'second', file: 'a.c', line: 9, via: 'entry', slot: null }],
};

test('two long chains read like the table of a cover letter', () => {
  expectGolden('diagram-long.txt', `${drawDiagram(removeStore, unbindStore)}\n`);
});

test('two calls of the same primitive are told apart by their lock class', () => {
  expectGolden('diagram-short.txt', `${drawDiagram(short, reverse)}\n`);
});

test('a lock that is held on entry is said to be held', () => {
  expect(drawDiagram({ ...short, acquire: null }, reverse)).toContain('[holds a.lock]');
});

test('a single path is a table of one CPU', () => {
  expect(drawDiagram(short).split('\n')[0]).toBe('    CPU0 (first)');
});

test('a cycle of three locks has three columns, and each of them waits', () => {
  const drawn = drawDiagram(short, reverse, { ...unbindStore });
  expect(drawn).toContain('CPU2');
  expect(drawn.match(/<-- WAITS/g)).toHaveLength(3);
});

const name = fc.string({ maxLength: 90, unit: 'binary' });
const step = fc.record({
  function: name,
  file: name,
  line: fc.nat(),
  via: fc.constantFrom('entry' as const, 'call' as const, 'slot' as const, 'callback' as const),
  slot: fc.option(name),
});
const site = fc.record({ step: fc.nat(40), call: name, file: name, line: fc.nat() });
const path = fc.record({
  holds: name,
  waits: name,
  chain: fc.array(step, { maxLength: 40 }),
  acquire: fc.option(site),
  wait: fc.option(site),
  condition: fc.constant(null),
  instance: fc.constant('same' as const),
  assumptions: fc.constant([]),
});

test('whatever the names, a diagram is printable ASCII of at most 78 columns and every CPU waits once', () => {
  fc.assert(
    fc.property(fc.array(path, { minLength: 1, maxLength: 4 }), (paths) => {
      const drawn = drawDiagram(...paths);
      expect(drawn).toMatch(/^[\x20-\x7e\n]*$/);
      expect(Math.max(...drawn.split('\n').map((l) => l.length))).toBeLessThanOrEqual(78);
      expect(drawn.split('\n').filter((l) => l.endsWith('  <-- WAITS')).length).toBe(paths.length);
    }),
  );
});
