import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { patchNamed, readChangelog } from '../../src/series/index.ts';

const claims = (text: string, own = 9, patch: number | null = null) =>
  readChangelog(text, own, patch).map((s) => [
    s.since,
    s.version,
    s.bullets.map((b) => (b.patch === null ? b.text : `${b.patch}| ${b.text}`)),
  ]);

describe('readChangelog', () => {
  it.each([
    ['Changes since v8 (Mar 18):', 8, 9],
    ['Changes since v8 (RFC) [2]', 8, 9],
    ['Changes in v9:', 8, 9],
    ['Changes in V9 (all based on review):', 8, 9],
    ['Main change in v9:', 8, 9],
    ['v8 -> v9:', 8, 9],
    ['V8->V9', 8, 9],
    ['Changes v7..v9:', 7, 9],
    ['Changes from v8:', 8, 9],
    ['Changes compared to v8:', 8, 9],
    ['v9:', 8, 9],
    ['- V9:', 8, 9],
    ['v9 changes:', 8, 9],
    ['RFC -> v1:', null, 1],
    ['Changelog:', 8, 9],
  ])('reads the heading %s', (heading, since, version) => {
    expect(claims(`Intro.\n\n${heading}\n - one\n - two\n`)).toEqual([[since, version, ['one', 'two']]]);
  });

  it('joins wrapped lines, also over an indented paragraph', () => {
    const text =
      'Changes since v8:\n  - Patch 1/2: replace a()\n    with b():\n\n      ld: x\n\n    The new one is\n    better.\n  - Patch 2/2: unchanged from v8 (keeps\n    tags)\n\nThe deadlock:\n\n  - no bullet\n';
    expect(claims(text)).toEqual([
      [
        8,
        9,
        [
          '1| Patch 1/2: replace a() with b(): ld: x The new one is better.',
          '2| Patch 2/2: unchanged from v8 (keeps tags)',
        ],
      ],
    ]);
  });

  it('follows a cumulative changelog', () => {
    expect(claims('Changes since v8:\n - a\n\nChanges since v6:\n - b\n').map((s) => s.slice(0, 2))).toEqual([
      [8, 9],
      [6, 8],
    ]);
  });

  it('takes changes "from v9" in v9 itself for those that came with it', () => {
    expect(claims('Changes from v9:\n - a\nChanges from v8:\n - b\n').map((s) => s.slice(0, 2))).toEqual([
      [8, 9],
      [7, 8],
    ]);
  });

  it('gives nested bullets the patch of their parent', () => {
    expect(claims('v9:\n * Patch 3:\n   - add a\n   - drop b\n * all: c\n')).toEqual([
      [8, 9, ['3| add a', '3| drop b', 'all: c']],
    ]);
  });

  it('gives the notes of a patch its number', () => {
    expect(claims('v9: fix the leak\n', 9, 4)).toEqual([[8, 9, ['4| fix the leak']]]);
  });

  it('reads a link after the version as heading and not as claim', () => {
    expect(claims('v9: https://lore.kernel.org/r/9@x\n * a\nv8: https://lore.kernel.org/r/8@x\n * b\n')).toEqual([
      [8, 9, ['a']],
      [7, 8, ['b']],
    ]);
  });

  it('reads "no functional changes" as heading and claim at once', () => {
    expect(claims('No functional changes since v8.\n')).toEqual([[8, 9, ['No functional changes since v8.']]]);
  });

  it('reads underlined headings with subheadings', () => {
    expect(
      claims('Changes since v8\n----------------\n\nMaterial:\n\n - a\n\nCosmetic:\n\n - b\n\nTests\n-----\n\n - c\n'),
    ).toEqual([[8, 9, ['a', 'b']]]);
  });

  it('ends at trailers, diffstat-free text and the shortlog', () => {
    expect(claims('Changes in v9:\n- a\nLink: https://x/ [v8]\n\nAda (2):\n  b\n')).toEqual([[8, 9, ['a']]]);
  });

  it('finds nothing in running text about versions', () => {
    expect(
      claims('This is v9 of the fix.\nChanges since v8 are small, see\nthe notes.\n\n> Changes in v3:\n> - quoted\n'),
    ).toEqual([]);
  });

  it('stays fast on any text', () => {
    const start = performance.now();
    for (const unit of ['v1: ', '- ', 'Changes ', 'v1 -> ', '(', ' ', 'patch '])
      for (const text of [unit.repeat(30_000), `v2:\n${unit.repeat(30_000)}`, `${unit}\n`.repeat(10_000)])
        readChangelog(text, 3, null);
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('v', '2', '-', '>', ' ', ':', '\n', 'Changes', 'in', '*') }), (t) =>
        Array.isArray(readChangelog(t, 3, null)),
      ),
    );
    expect(performance.now() - start).toBeLessThan(5000);
  });
});

describe('patchNamed', () => {
  it.each([
    ['Patch 2/2: added x', 2],
    ['Patch 1/2 unchanged from v10', 1],
    ['NEW patch 2/2: fix', 2],
    ['[3/5] rework', 3],
    ['4/7: rework', 4],
    ['In patch 3, use y', 3],
    ['#2: z', 2],
    ['Squash the rename (Patch 8)', 8],
    ['Patches 1-3: tags', null],
    ['patch 1 and 2: tags', null],
    ['use 1/2 of the ring', null],
    ['added kill_device()', null],
  ])('reads %s', (text, expected) => expect(patchNamed(text)).toBe(expected));
});
