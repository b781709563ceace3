import { describe, expect, it } from 'vitest';
import type { Mail } from '../../src/mail/index.ts';
import { groupSeries, type Lineage, linkVersions, type Overrule, unknownNames } from '../../src/series/index.ts';
import { mail, patchBody } from './mails.ts';

const lineages = (...mails: Mail[]): Lineage[] => linkVersions(groupSeries(mails).series);
const shape = (found: Lineage[]) => found.map((l) => l.versions.map((v) => (v.series ? v.version : -v.version)));
const day = (n: number) => `2026-03-${String(n).padStart(2, '0')}T10:00:00.000Z`;
const single = (v: number, title: string, rest: Parameters<typeof mail>[1] = {}) =>
  mail(`[PATCH${v > 1 ? ` v${v}` : ''}] ${title}`, {
    id: `${title.replace(/\W/g, '')}-${v}@x`,
    date: day(v),
    body: patchBody(),
    ...rest,
  });

describe('linkVersions', () => {
  it('follows links although title and files change', () => {
    const linked = patchBody('b.c', 'New.\n\nSigned-off-by: A <a@x>', 'Link: https://lore.kernel.org/r/old-1@x [v1]\n');
    const found = lineages(single(1, 'old'), single(2, 'quite different', { body: linked }));
    expect(shape(found)).toEqual([[1, 2]]);
    expect(found[0]?.versions[0]?.evidence[0]).toBe('v2 says: Link: https://lore.kernel.org/r/old-1@x [v1]');
  });

  it('keeps a version that is known only from a link', () => {
    const body = patchBody('b.c', 'm', 'v1: https://lore.kernel.org/r/1@gone\nv2: https://lore.kernel.org/r/2@gone\n');
    const found = lineages(single(3, 'x', { body }));
    expect(shape(found)).toEqual([[-1, -2, 3]]);
    expect(found[0]?.versions[1]).toMatchObject({ messageId: '2@gone', series: null });
  });

  it('links versions that name the same older version which is not at hand', () => {
    const notes = 'v1: https://lore.kernel.org/r/1@gone\n';
    const found = lineages(
      single(2, 'one name', { body: patchBody('a.c', 'm', notes) }),
      single(4, 'other words', { body: patchBody('b.c', 'm', notes) }),
    );
    expect(shape(found)).toEqual([[-1, 2, 4]]);
  });

  it('finds v1 by the missing cover letter that its patch answers', () => {
    const found = lineages(
      mail('[PATCH v1 1/1] nested', { id: '5@x', re: '3@x', date: day(1), body: patchBody() }),
      mail('[PATCH v2 0/1] reentrant', {
        id: 'c2@x',
        date: day(2),
        body: 'Link: https://lore.kernel.org/r/3@x/ [v1]\n',
      }),
      mail('[PATCH v2 1/1] reentrant', { id: 'p2@x', re: 'c2@x', date: day(2), body: patchBody('z.c') }),
    );
    expect(shape(found)).toEqual([[1, 2]]);
  });

  it('links by change-id', () => {
    const body = (file: string) => `${patchBody(file)}change-id: 20260301-thing-abc\n`;
    expect(shape(lineages(single(1, 'a', { body: body('a.c') }), single(2, 'b', { body: body('b.c') })))).toEqual([
      [1, 2],
    ]);
  });

  it('links a version that was sent in reply to the older one', () => {
    const found = lineages(
      single(1, 'net: fix the ring'),
      single(2, 'net: repair the ring', { re: 'netfixthering-1@x', body: patchBody('z.c') }),
    );
    expect(shape(found)).toEqual([[1, 2]]);
  });

  it('links by Supersedes', () => {
    const body = patchBody('b.c', 'm\n\nSupersedes: <apples-1@x>');
    expect(
      shape(lineages(single(1, 'apples', { body: patchBody('a.c') }), single(2, 'apples and pears', { body }))),
    ).toEqual([[1, 2]]);
  });

  it('links by author, titles and files when nothing else is there', () => {
    expect(shape(lineages(single(1, 'net: fix the ring leak'), single(2, 'net: fix the ring leak properly')))).toEqual([
      [1, 2],
    ]);
  });

  it('does not link two authors, other subjects, or a higher version that is older', () => {
    const bob = { name: 'Bob', email: 'b@x' };
    expect(
      shape(
        lineages(
          single(1, 'fix a'),
          single(2, 'fix a', { from: bob, id: 'b@x', body: patchBody().replaceAll('Ada', 'Bob') }),
        ),
      ),
    ).toEqual([[1], [2]]);
    expect(
      shape(
        lineages(
          single(1, 'fix a', { body: patchBody('a.c') }),
          single(2, 'document the whole of b', { body: patchBody('b.c') }),
        ),
      ),
    ).toEqual([[1], [2]]);
    expect(shape(lineages(single(1, 'fix a', { date: day(9) }), single(2, 'fix a')))).toEqual([[2], [1]]);
  });

  it('never has one version twice: a second v2 by likeness alone stays outside', () => {
    const found = lineages(
      single(1, 'fix the a ring'),
      single(2, 'fix the a ring'),
      single(2, 'fix the b ring', { id: 'o@x', date: day(3) }),
    );
    expect(
      shape(found)
        .map((l) => l.length)
        .sort(),
    ).toEqual([1, 2]);
  });

  it('files a resend under its version', () => {
    const [found] = lineages(
      single(2, 'fix a'),
      mail('[PATCH RESEND v2] fix a', { id: 'again@x', date: day(5), body: patchBody() }),
    );
    expect(found?.versions).toHaveLength(1);
    expect(found?.versions[0]?.resends.map((s) => s.messageId)).toEqual(['again@x']);
  });

  it('puts RFCs before the patches that start the numbers again', () => {
    const rfc = (v: number) => mail(`[RFC PATCH v${v}] fix a`, { id: `rfc${v}@x`, date: day(v), body: patchBody() });
    const [found] = lineages(
      rfc(1),
      rfc(2),
      single(1, 'fix a', { date: day(8) }),
      single(2, 'fix a', { date: day(9) }),
    );
    expect(found?.versions.map((v) => v.messageId)).toEqual(['rfc1@x', 'rfc2@x', 'fixa-1@x', 'fixa-2@x']);
  });

  it('claims no version for two lineages', () => {
    const notes = 'v1: https://lore.kernel.org/r/1@gone\n';
    const found = lineages(
      single(2, 'alpha one', { body: patchBody('a.c', 'm', notes) }),
      single(2, 'beta two', { id: 'beta@x', body: patchBody('b.c', 'm', notes), from: { name: 'B', email: 'b@x' } }),
    );
    const ids = found.flatMap((l) => l.versions.map((v) => v.messageId));
    expect(new Set(ids).size).toBe(ids.length);
  });

  const alone = (tag: string, title: string, day: number) =>
    mail(`[PATCH${tag}] ${title}`, {
      id: `${title.replaceAll(' ', '')}${tag.trim()}@x`,
      body: patchBody(`${title[0]}.c`),
      date: `2026-03-${String(day).padStart(2, '0')}T10:00:00.000Z`,
    });
  const linked = (mails: ReturnType<typeof mail>[], overrule?: Overrule) =>
    linkVersions(groupSeries(mails).series, overrule).map(({ versions }) => versions.map((v) => v.messageId));

  it('links by hand what nothing in the mails links, and says so', () => {
    const mails = [alone('', 'net: old words', 1), alone(' v2', 'mm: all new', 2)];
    expect(linked(mails)).toHaveLength(2);
    const link = [['<net:oldwords@x>', 'mm:allnewv2@x']] as const;
    const [lineage] = linkVersions(groupSeries(mails).series, { link, unlink: [] });
    expect(lineage?.versions.map((v) => [v.version, v.evidence[0]])).toEqual([
      [1, 'linked by hand'],
      [2, 'linked by hand'],
    ]);
  });

  it('keeps apart by hand what the mails link, through a third version too', () => {
    const mails = [alone('', 'net: fix', 1), alone(' v2', 'net: fix', 2), alone(' v3', 'net: fix', 3)];
    expect(linked(mails)).toHaveLength(1);
    const apart = linked(mails, { link: [], unlink: [['net:fix@x', 'net:fixv3@x']] });
    expect(apart).toHaveLength(2);
    expect(apart.some((ids) => ids.some((id) => id === 'net:fix@x') && ids.some((id) => id === 'net:fixv3@x'))).toBe(
      false,
    );
  });

  it('names the ids of an overrule that no series has', () => {
    const { series } = groupSeries([alone('', 'net: fix', 1)]);
    expect(unknownNames(series, { link: [['net:fix@x', '<gone@x>']], unlink: [] })).toEqual(['gone@x']);
  });
});
