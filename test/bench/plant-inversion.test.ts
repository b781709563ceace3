import { expect, test } from 'vitest';

interface Lock {
  text: string;
  family: string | null;
}
interface Planting {
  plantedText(first: Lock, second: Lock, calls: number, existing?: { name: string; calls: number }): string | null;
}
const { plantedText }: Planting = await import(new URL('../../bench/plant-inversion.mjs', import.meta.url).href);

const FIELD = { text: 'foo.queue:wait_queue_head.lock', family: 'spinlock' };
const GLOBAL = { text: 'drivers/x/y.c:list_lock', family: 'mutex' };

test('the first lock is held at the top and the second is taken as many calls below', () => {
  const text = plantedText(FIELD, GLOBAL, 2) ?? '';
  expect(text).toContain('void abbot_planted(struct foo *a)\n{\n\tspin_lock(&a->queue.lock);\n\tabbot_planted_1(0);');
  expect(text).toContain('static void abbot_planted_1(int unused)\n{\n\tabbot_planted_2(0);');
  expect(text).toContain('static void abbot_planted_2(int unused)\n{\n\tmutex_lock(&list_lock);');
});

test('a function is written before the one that calls it', () => {
  const text = plantedText(GLOBAL, FIELD, 3) ?? '';
  const at = (name: string): number => text.indexOf(`void ${name}(`);
  expect(at('abbot_planted_3')).toBeLessThan(at('abbot_planted_2'));
  expect(at('abbot_planted_1')).toBeLessThan(at('abbot_planted'));
});

test('a function of the tree takes over the rest of the way', () => {
  const text = plantedText(GLOBAL, FIELD, 3, { name: 'foo_wake', calls: 1 }) ?? '';
  expect(text).toContain('static void abbot_planted_1(struct foo *b)\n{\n\tfoo_wake(0);');
  expect(text).toContain('mutex_lock(&list_lock);\n\tabbot_planted_1(b);\n\tmutex_unlock(&list_lock);');
});

test('a lock of an unknown family, or one that is no place, is not planted', () => {
  expect(plantedText({ text: 'foo.lock', family: null }, GLOBAL, 1)).toBeNull();
  expect(plantedText({ text: '?foo()', family: 'mutex' }, GLOBAL, 1)).toBeNull();
});
