import { describe, expect, it } from 'vitest';
import { groupSeries, resolvePrerequisites, type Series } from '../../src/series/index.ts';
import { mail, patchBody } from './mails.ts';

const one = (title: string, notes = '', more: Parameters<typeof mail>[1] = {}): ReturnType<typeof mail> =>
  mail(`[PATCH] ${title}`, { id: `${title.replaceAll(' ', '-')}@x`, body: patchBody('a.c', 'Why.', notes), ...more });
/** Stands for the patch id: the title is in the diff's place here. */
const idOf = (diff: string): string => `id${diff.length}`;
const needs = (all: Series[], title: string) => {
  const series = all.find((s) => s.title === title)!;
  return resolvePrerequisites(series, all, [series], idOf).map((p) => [p.series?.title ?? null, p.patches.length]);
};

describe('resolvePrerequisites', () => {
  it.each([
    ['Depends-on: <base@x>\n'],
    ['Based-on: <base@x>\n'],
    ['prerequisite-message-id: <base@x>\n'],
    ['Depends-on: https://lore.kernel.org/linux-pci/base%40x/T/#u\n'],
    ['prerequisite-change-id: 20260301-base-1234\n'],
    ['prerequisite-change-id: 20260301-base-1234:v1\n'],
    ['Depends-on: [PATCH 0/3] base\n'],
    ['This patch depends on the clean-up at https://lore.kernel.org/all/base@x/.\n'],
  ])('finds the series of %j', (notes) => {
    const { series } = groupSeries([one('base', 'change-id: 20260301-base-1234\n'), one('top', notes)]);
    expect(needs(series, 'top')).toEqual([['base', 1]]);
  });

  it('finds a patch by its patch id', () => {
    const { series } = groupSeries([one('base'), one('top')]);
    const [base, top] = [series.find((s) => s.title === 'base')!, series.find((s) => s.title === 'top')!];
    const wants = { ...top, prerequisites: [{ key: 'patch-id', value: 'ABC' }] };
    const found = resolvePrerequisites(wants, series, [top], (diff) => (diff === base.patches[0]?.diff ? 'abc' : ''));
    expect(found.map((p) => p.patches)).toEqual([base.patches]);
  });

  it('puts the prerequisites of prerequisites first, each patch once', () => {
    const { series } = groupSeries([
      one('low'),
      one('mid', 'Depends-on: <low@x>\n'),
      one('top', 'Depends-on: <mid@x>\nDepends-on: <low@x>\n'),
    ]);
    expect(needs(series, 'top')).toEqual([
      ['low', 1],
      ['mid', 1],
    ]);
  });

  it('ends when two series need each other, or one needs itself', () => {
    const { series } = groupSeries([
      one('a', 'Depends-on: <b@x>\n'),
      one('b', 'Depends-on: <a@x>\nDepends-on: <b@x>\n'),
    ]);
    expect(needs(series, 'a')).toEqual([['b', 1]]);
  });

  it('says what is not at hand', () => {
    const { series } = groupSeries([one('top', 'Depends-on: <gone@x>\n')]);
    expect(needs(series, 'top')).toEqual([[null, 0]]);
  });

  it('takes no older version of the series itself for something that it needs', () => {
    const { series } = groupSeries([one('top', 'Depends-on: the v1 at <old@x>\n'), one('old')]);
    const [old, top] = [series.find((s) => s.title === 'old')!, series.find((s) => s.title === 'top')!];
    expect(resolvePrerequisites(top, series, [top, old], idOf)).toEqual([]);
  });
});
