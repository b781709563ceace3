import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageId } from '../../src/mail/index.ts';
import { groupSeries } from '../../src/series/index.ts';
import { DIFF, mail, patchBody } from './mails.ts';

const threaded = (version: string, total: number, day = 1) => {
  const tag = (i: number) => `[PATCH${version} ${i}/${total}]`;
  const date = (i: number) => `2026-03-${String(day).padStart(2, '0')}T10:00:0${i}.000Z`;
  const id = (i: number) => `${day}${version.trim()}-${i}@test`;
  return [
    mail(`${tag(0)} net: the lot`, { id: id(0), date: date(0) }),
    ...Array.from({ length: total }, (_, k) =>
      mail(`${tag(k + 1)} net: part ${k + 1}`, {
        id: id(k + 1),
        re: id(0),
        date: date(k + 1),
        body: patchBody(`p${k + 1}.c`),
      }),
    ),
  ];
};

describe('groupSeries', () => {
  it('groups a cover letter and its patches, whatever the order of the mails', () => {
    const mails = threaded('', 3);
    fc.assert(
      fc.property(fc.shuffledSubarray(mails, { minLength: 4 }), (shuffled) => {
        const { series, leftovers } = groupSeries(shuffled);
        expect(leftovers).toEqual([]);
        expect(series.map((s) => [s.title, s.total, s.complete, s.patches.map((p) => p.index)])).toEqual([
          ['net: the lot', 3, true, [1, 2, 3]],
        ]);
      }),
      { numRuns: 24 },
    );
  });

  it('keeps two versions apart in one thread', () => {
    const [cover, ...rest] = threaded(' v2', 2, 2);
    const { series } = groupSeries([...threaded('', 2), { ...cover!, inReplyTo: ['1-0@test' as MessageId] }, ...rest]);
    expect(series.map((s) => [s.version, s.patches.length, s.complete])).toEqual([
      [1, 2, true],
      [2, 2, true],
    ]);
  });

  it('shows a series with missing patches as incomplete', () => {
    const [series] = groupSeries(threaded('', 4).filter((_, i) => i !== 2)).series;
    expect(series).toMatchObject({ complete: false, missing: [2], total: 4 });
  });

  it('takes a patch without numbers under a cover 0/1 for its only patch', () => {
    const { series } = groupSeries([
      mail('[PATCH v2 0/1] x: all', { id: 'c@x' }),
      mail('[PATCH v2] x: it', { id: 'p@x', re: 'c@x', body: patchBody() }),
    ]);
    expect(series).toHaveLength(1);
    expect(series[0]).toMatchObject({ version: 2, complete: true, messageId: 'c@x' });
  });

  it('groups patches whose cover letter is missing and remembers what they answer', () => {
    const { series } = groupSeries(threaded('', 2).slice(1));
    expect(series).toHaveLength(1);
    expect(series[0]).toMatchObject({ cover: null, complete: true, messageId: '1-1@test', answers: ['1-0@test'] });
  });

  it('groups patches that are not threaded by author, numbers and time', () => {
    const loose = threaded('', 3).map((m) => ({ ...m, inReplyTo: [] }));
    const stranger = {
      ...threaded('', 3)[2]!,
      messageId: 'z@x' as MessageId,
      inReplyTo: [],
      from: { name: 'Bob', email: 'bob@x' },
    };
    expect(
      groupSeries([...loose, stranger])
        .series.map((s) => s.patches.length)
        .sort(),
    ).toEqual([1, 3]);
  });

  it('groups the output of git format-patch, which has neither ids nor threads', () => {
    const mails = [1, 2].map((i) =>
      mail(`[PATCH ${i}/2] p${i}`, {
        id: null,
        origin: `out.mbox#${i}`,
        body: patchBody(),
        from: { name: `A ${i}`, email: `${i}@x` },
      }),
    );
    expect(groupSeries(mails).series.map((s) => s.patches.length)).toEqual([2]);
  });

  it('believes most parts when cover and patches disagree on the version', () => {
    const [cover, ...patches] = threaded(' v2', 2);
    const { series } = groupSeries([{ ...cover!, subject: '[PATCH 0/2] net: the lot' }, ...patches]);
    expect(series.map((s) => [s.version, s.patches.length])).toEqual([[2, 2]]);
  });

  const again = (version: string, i: number, re: string, day: number, subject = `net: part ${i}`) =>
    mail(`[PATCH ${version} ${i}/3] ${subject}`, {
      id: `${version}-${i}@again`,
      re,
      date: `2026-03-${String(day).padStart(2, '0')}T10:00:00.000Z`,
      body: patchBody(`new${i}.c`),
    });
  const shape = (mails: Parameters<typeof groupSeries>[0]) =>
    groupSeries(mails).series.map((s) => [s.version, s.complete, s.carried, s.patches.map((p) => p.messageId)]);

  it('makes a whole version of a patch re-rolled inside its thread, with the others carried', () => {
    const { series } = groupSeries([...threaded('', 3), again('v2', 2, '1-2@test', 2)]);
    expect(series.map((s) => [s.version, s.complete, s.carried])).toEqual([
      [1, true, []],
      [2, true, [1, 3]],
    ]);
    expect(series[1]).toMatchObject({ title: 'net: the lot', messageId: 'v2-2@again', cover: null });
    expect(series[1]?.patches.map((p) => p.messageId)).toEqual(['1-1@test', 'v2-2@again', '1-3@test']);
  });

  it('finds the patch that a re-roll replaces over the discussion', () => {
    const comment = mail('Re: [PATCH 2/3] net: part 2', {
      id: 'talk@x',
      re: '1-2@test',
      from: { name: 'B', email: 'b@x' },
    });
    expect(shape([...threaded('', 3), comment, again('v2', 2, 'talk@x', 2)])[1]).toEqual([
      2,
      true,
      [1, 3],
      ['1-1@test', 'v2-2@again', '1-3@test'],
    ]);
  });

  it('joins the patches of one re-roll, days apart, and lays a later one over it', () => {
    const mails = [
      ...threaded('', 3),
      again('v2', 2, '1-2@test', 2),
      again('v2', 3, '1-3@test', 4),
      again('v3', 3, '1-3@test', 6),
    ];
    expect(shape(mails).slice(1)).toEqual([
      [2, true, [1], ['1-1@test', 'v2-2@again', 'v2-3@again']],
      [3, true, [1, 2], ['1-1@test', 'v2-2@again', 'v3-3@again']],
    ]);
  });

  it('carries nothing into a version that only answers the older cover letter, or of another author', () => {
    expect(shape([...threaded('', 3), again('v2', 2, '1-0@test', 2)])[1]?.slice(1, 3)).toEqual([false, []]);
    const other = { ...again('v2', 2, '1-2@test', 2), from: { name: 'Bob Moor', email: 'bob@x' } };
    expect(shape([...threaded('', 3), other])[1]?.slice(1, 3)).toEqual([false, []]);
  });

  it('joins a patch that answers another one of its numbering days later', () => {
    const [, one, two] = threaded('', 2);
    const late = { ...two!, inReplyTo: [one!.messageId!], date: '2026-03-09T10:00:00.000Z' };
    expect(shape([{ ...one!, inReplyTo: [] }, late]).map((s) => s[1])).toEqual([true]);
  });

  it('adds a late extra patch (4/3) to its series', () => {
    const extra = mail('[PATCH 4/3] net: one more', { id: 'e@x', re: '1-0@test', body: patchBody() });
    expect(groupSeries([...threaded('', 3), extra]).series[0]?.patches.map((p) => p.index)).toEqual([1, 2, 3, 4]);
  });

  it('attaches replies to the patch they speak about, also through other replies', () => {
    const mails = [
      ...threaded('', 2),
      mail('Re: [PATCH 2/2] net: part 2', {
        id: 'r1@x',
        re: '1-2@test',
        body: `> quoted\n\n${DIFF('x.c')}\nReviewed-by: Bob <b@x>\n> Acked-by: no <n@x>\n`,
      }),
      mail('Re: [PATCH 2/2] net: part 2', { id: 'r2@x', re: 'r1@x' }),
      mail('Re: [PATCH 0/2] net: the lot', { id: 'r3@x', refs: ['1-0@test', 'gone@x'] }),
      mail('AW: [PATCH 1/2] net: part 1', { id: 'r4@x' }),
    ];
    const { series, leftovers } = groupSeries(mails);
    expect(leftovers).toEqual([]);
    expect(series[0]?.replies.map((r) => [r.messageId, r.patchIndex])).toEqual([
      ['r1@x', 2],
      ['r2@x', 2],
      ['r3@x', null],
      ['r4@x', 1],
    ]);
    expect(series[0]?.replies[0]?.trailers).toEqual([{ key: 'Reviewed-by', value: 'Bob <b@x>' }]);
    expect(series[0]?.patches).toHaveLength(2);
  });

  it('takes a mail with quotes and no diff for a reply although its Re: is missing', () => {
    const answer = mail('[PATCH 2/2] net: part 2', { id: 'a@x', re: '1-2@test', body: '> why?\n\nAgreed.\n' });
    expect(groupSeries([...threaded('', 2), answer]).series[0]?.replies.map((r) => r.patchIndex)).toEqual([2]);
  });

  it('names every mail that belongs nowhere', () => {
    const dup = threaded('', 1)[1]!;
    const { leftovers } = groupSeries([
      ...threaded('', 1),
      dup,
      mail('hello'),
      mail('[GIT PULL] x'),
      mail('[PATCH] empty'),
    ]);
    expect(leftovers.map((l) => l.reason)).toEqual(['duplicate', 'not-a-patch', 'pull-request', 'no-diff']);
  });

  it('reads message, notes, trailers and in-body From of a patch', () => {
    const body = `From: Bob <bob@x>\n\nFrom: Ada Love <ada@example.org>\n\n${patchBody('lib/a.c', 'Why.\n\nFixes: 1234 ("x\n  y")\n[al: note]\nCc: stable@x', 'v2: better\n\n')}`;
    const [patch] = groupSeries([mail('[PATCH v2] lib: x', { body })]).series[0]!.patches;
    expect(patch).toMatchObject({
      author: { name: 'Bob', email: 'bob@x' },
      title: 'lib: x',
      message: 'Why.\n\nFixes: 1234 ("x\n  y")\n[al: note]\nCc: stable@x',
      notes: 'v2: better',
      trailers: [
        { key: 'Fixes', value: '1234 ("x y")' },
        { key: 'Cc', value: 'stable@x' },
      ],
      diff: DIFF('lib/a.c'),
    });
  });

  it('reads a patch from an attachment', () => {
    const text = `From 1 Mon Sep 17\n${patchBody('z.c')}`;
    const { series } = groupSeries([
      mail('[PATCH] z', { body: 'see attached\n', attachments: [{ name: 'z.patch', type: 'text/x-patch', text }] }),
    ]);
    expect(series[0]?.patches[0]?.diff).toBe(DIFF('z.c'));
  });

  it('reads the patches that a cover letter carries as attachments', () => {
    const attachments = [1, 2].map((i) => ({
      name: `${i}.patch`,
      type: 'text/x-diff',
      text: `From: B <b@x>\nSubject: [PATCH ${i}/2] t${i}\n\n${patchBody(`${i}.c`)}`,
    }));
    const [series] = groupSeries([mail('[PATCH 0/2] all', { attachments })]).series;
    expect(series?.patches.map((p) => [p.index, p.title, p.author.name])).toEqual([
      [1, 't1', 'B'],
      [2, 't2', 'B'],
    ]);
  });

  it('looks behind a From that a list server rewrote', () => {
    const from = { name: 'Ada Love via B4 Relay', email: 'devnull+ada.example.org@kernel.org' };
    const [series] = groupSeries([
      mail('[PATCH] x', { from, headers: [['Reply-To', 'ada@example.org']], body: patchBody() }),
    ]).series;
    expect(series?.author).toEqual({ name: 'Ada Love', email: 'ada@example.org' });
  });

  it('reads base-commit, change-id and prerequisites', () => {
    const body =
      'All.\n\n---\nbase-commit: 0123456789abcdef0123456789abcdef01234567\nchange-id: 20260301-x-1234\nprerequisite-patch-id: ff00\n';
    expect(groupSeries([mail('[PATCH 0/1] x', { body })]).series[0]).toMatchObject({
      baseCommit: '0123456789abcdef0123456789abcdef01234567',
      changeId: '20260301-x-1234',
      prerequisites: [{ key: 'patch-id', value: 'ff00' }],
    });
  });

  it('loses no mail of any mixture', () => {
    const subject = fc.constantFrom(
      '[PATCH 0/2] a',
      '[PATCH 1/2] a',
      '[PATCH v2 2/2] b',
      'Re: [PATCH 1/2] a',
      'talk',
      '[PATCH] c',
      '[RFC 1/3] d',
      '[GIT PULL] e',
    );
    const one = fc.record({ subject, id: fc.option(fc.nat(8)), re: fc.option(fc.nat(8)), diff: fc.boolean() });
    fc.assert(
      fc.property(fc.array(one, { maxLength: 14 }), (specs) => {
        const mails = specs.map((s) =>
          mail(s.subject, {
            id: s.id === null ? null : `${s.id}@x`,
            ...(s.re === null ? {} : { re: `${s.re}@x` }),
            body: s.diff ? patchBody() : 'text',
          }),
        );
        const { series, leftovers } = groupSeries(mails);
        const placed = series.reduce((n, s) => n + s.patches.length + s.replies.length + (s.cover ? 1 : 0), 0);
        expect(placed + leftovers.length).toBe(mails.length);
      }),
      { numRuns: 300 },
    );
  });
});
