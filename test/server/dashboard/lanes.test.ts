import { describe, expect, test } from 'vitest';
import type { WitnessPath } from '../../../src/review/index.ts';
import { layLanes } from '../../../src/server/dashboard/series/lanes.ts';

function path(holds: string, waits: string, names: readonly string[], acquire: number | null = 0): WitnessPath {
  return {
    holds,
    waits,
    chain: names.map((name) => ({ function: name, file: 'a.c', line: 1, via: 'call', slot: null })),
    acquire: acquire === null ? null : { step: acquire, call: `lock_${holds}`, file: 'a.c', line: 2 },
    wait: null,
    condition: null,
    instance: 'same',
    assumptions: [],
  };
}

describe('the lanes of a proof', () => {
  test('first let every CPU take its lock, and then every CPU wait', () => {
    const { lanes, rows } = layLanes({
      paths: [path('a', 'b', ['one', 'take_b']), path('b', 'a', ['two', 'take_a'])],
    }) ?? { lanes: [], rows: 0 };
    const told = lanes.flatMap((lane) => lane.events.map((event) => [event.row, event.kind, event.text]));
    expect(told.sort((x, y) => Number(x[0]) - Number(y[0]))).toEqual([
      [0, 'call', 'one()'],
      [1, 'acquire', 'lock_a()'],
      [2, 'call', 'two()'],
      [3, 'acquire', 'lock_b()'],
      [4, 'wait', 'take_b()'],
      [5, 'wait', 'take_a()'],
    ]);
    expect(lanes.map((lane) => lane.held)).toEqual([
      [1, 5],
      [3, 5],
    ]);
    expect(rows).toBe(6);
  });

  test('are those of the circle; further examples of one side are left out', () => {
    const drawn = layLanes({
      paths: [path('a', 'b', ['one', 'b']), path('a', 'b', ['more', 'b']), path('b', 'a', ['two', 'a'])],
    });
    expect(drawn?.lanes.map((lane) => lane.holds)).toEqual(['a', 'b']);
  });

  test('of a circle of three are three', () => {
    const paths = [path('a', 'b', ['x', 'b']), path('c', 'a', ['y', 'a']), path('b', 'c', ['z', 'c'])];
    expect(layLanes({ paths })?.lanes.map((lane) => lane.holds)).toEqual(['a', 'b', 'c']);
  });

  test('of a long chain show its ends', () => {
    const names = Array.from({ length: 30 }, (_, i) => `f${i}`);
    const drawn = layLanes({ paths: [path('a', 'a', names)] });
    expect(drawn?.lanes[0]?.events.map(({ text }) => text)).toEqual([
      'f0()',
      'lock_a()',
      'f1()',
      'f2()',
      '… 24 calls',
      'f27()',
      'f28()',
      'f29()',
    ]);
  });

  test('are none without a path', () => {
    expect(layLanes({ paths: [] })).toBe(null);
  });
});
