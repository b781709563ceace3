import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createProgress, progressLine } from '../../src/cli/progress.ts';

function terminal() {
  const written: string[] = [];
  return { written, sink: { write: (text: string) => written.push(text), isTerminal: true, columns: 60 } };
}

test('a bar shows how much is done', () => {
  expect(progressLine({ phase: 'index', done: 1, total: 4, note: 'drivers' }, 80)).toBe(
    'index    [######------------------]  25 %  drivers',
  );
});

test('without a total, only the count is shown', () => {
  expect(progressLine({ phase: 'read', done: 7, total: null }, 80)).toBe('read     7');
});

test('it is not redrawn oftener than the eye can follow, but a new phase and the end always are', () => {
  const { written, sink } = terminal();
  let time = 0;
  const progress = createProgress(sink, { quiet: false }, () => time);
  progress.report({ phase: 'a', done: 1, total: 9 });
  progress.report({ phase: 'a', done: 2, total: 9 });
  progress.report({ phase: 'b', done: 1, total: 9 });
  time = 100;
  progress.report({ phase: 'b', done: 2, total: 9 });
  progress.report({ phase: 'b', done: 9, total: 9 });
  expect(written).toHaveLength(4);
});

test('nothing is written where there is no terminal', () => {
  const { written, sink } = terminal();
  const progress = createProgress({ ...sink, isTerminal: false }, { quiet: false }, () => 0);
  progress.report({ phase: 'a', done: 1, total: 2 });
  progress.clear();
  expect(written).toEqual([]);
});

test('whatever the event, the line fits the terminal and is printable', () => {
  const event = fc.record({
    phase: fc.string(),
    done: fc.nat(),
    total: fc.option(fc.nat()),
    note: fc.string({ unit: 'binary' }),
  });
  fc.assert(
    fc.property(event, fc.integer({ min: 2, max: 200 }), (e, columns) => {
      const line = progressLine(e, columns);
      expect(line.length).toBeLessThan(columns);
      expect(line).toMatch(/^[\x20-\x7e]*$/);
    }),
  );
});
