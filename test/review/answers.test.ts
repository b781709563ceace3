import { expect, test } from 'vitest';
import { builtinRulesDir, type CycleFinding, loadRules } from '../../src/locks/index.ts';
import { answersOf } from '../../src/review/answers.ts';
import type { Series } from '../../src/series/index.ts';
import { removeStore, unbindStore } from '../report/fixtures.ts';

const { rules } = await loadRules([builtinRulesDir()], { today: '2026-01-31' });
const paths = [removeStore, unbindStore].map((path) => ({ ...path, cost: 1 }));
const finding: CycleFinding = {
  kind: 'abba',
  locks: ['widget_rescan_lock', 'device.mutex'],
  verdict: 'new-path',
  introducedBy: 1,
  fixedBy: null,
  perPatch: [],
  paths,
  remaining: [],
  statistics: { forward: { sites: 0, files: 0 }, reverse: { sites: 0, files: 0 }, remaining: 0, closed: 0 },
  confidence: 0.9,
  reported: true,
  notes: [],
};
/** What is quoted of a cover letter. */
function quotes(body: string): string[] {
  const cover = { messageId: 'cover@example.org', author: { name: 'Ada Coder', email: 'ada@example.org' }, body };
  return answersOf(finding, { cover } as unknown as Series, rules).map((answer) => answer.quote);
}

test('a paragraph that concedes the cycle by the names of both locks is quoted, its lines joined', () => {
  const body = 'Hi.\n\nNote: widget_rescan_lock\nbefore device_lock remains a known limitation.\n\nThanks.\n';
  expect(quotes(body)).toEqual(['Note: widget_rescan_lock before device_lock remains a known limitation.']);
});

test('a paragraph that concedes a cycle with another lock is not', () => {
  expect(quotes('widget_rescan_lock before gizmo_lock is a known limitation.')).toEqual([]);
});

test('a paragraph that names one of the functions and no lock is quoted', () => {
  expect(quotes('The case of unbind_store is pre-existing.')).toEqual(['The case of unbind_store is pre-existing.']);
});

test('a paragraph that concedes nothing is not quoted', () => {
  expect(quotes('This takes widget_rescan_lock before device_lock.')).toEqual([]);
});

test('a primitive does not name a lock', () => {
  expect(quotes('widget_rescan_lock and mutex_lock are a known limitation.')).toEqual([]);
});

test('a long paragraph is cut', () => {
  expect(quotes(`widget_rescan_lock, device_lock: known limitation ${'x'.repeat(900)}`)[0]).toHaveLength(600);
});
