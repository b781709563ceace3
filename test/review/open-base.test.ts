import { describe, expect, it } from 'vitest';
import { openBase } from '../../src/review/open-base.ts';
import { groupSeries, type Series } from '../../src/series/index.ts';
import { mail } from '../series/mails.ts';
import { commitAll, git, temporaryFolder, temporaryRepository, writeFiles } from '../tree/repository.ts';

/** A series of one patch to lib/a.c, whose index line names the blob (a full id) it was made against. */
function seriesFor(blob: string | null, { tag = 'PATCH', text = '', date = '2026-03-01T10:00:00.000Z' } = {}): Series {
  const index = blob === null ? '' : `index ${blob.slice(0, 12)}..0123456789ab 100644\n`;
  const body = `Why.\n---\n${text}\n\ndiff --git a/lib/a.c b/lib/a.c\n${index}--- a/lib/a.c\n+++ b/lib/a.c\n@@ -1 +1 @@\n-int a;\n+int b;\n-- \n2.53.0\n`;
  return groupSeries([mail(`[${tag}] lib: change it`, { body, date })]).series[0]!;
}
const blobAt = (folder: string, revision: string): string => git(folder, 'rev-parse', `${revision}:lib/a.c`);

/** A repository in which lib/a.c went through three contents, and another file changed in between. */
function history() {
  const folder = temporaryRepository({ 'lib/a.c': 'int a;\n', 'lib/b.c': 'int x;\n' });
  const first = git(folder, 'rev-parse', 'HEAD');
  writeFiles(folder, { 'lib/b.c': 'int y;\n' });
  const second = commitAll(folder, 'other file');
  writeFiles(folder, { 'lib/a.c': 'int a;\n\n' });
  const third = commitAll(folder, 'third');
  return { folder, first, second, third };
}
async function base(folder: string, series: Series, revision: string | null = null) {
  const opened = await openBase(folder, revision, series);
  if (!opened.ok) throw new Error(opened.fault.what);
  await opened.value.tree.close();
  const { tree, how, notes, files } = opened.value;
  return { revision: tree.revision, how, notes, states: files.map((file) => file.state) };
}

describe('openBase', () => {
  it('takes the revision that was given before everything else, and says whether the files fit', async () => {
    const { folder, first, third } = history();
    const got = await base(folder, seriesFor(blobAt(folder, first), { text: `base-commit: ${first}` }), 'HEAD');
    expect([got.revision, got.how, got.states]).toEqual([third, 'given', ['other']]);
    expect(got.notes).toEqual(['1 of 1 files that the series changes differ from what it was made against: lib/a.c']);
  });

  it('takes the base-commit when the repository has it', async () => {
    const { folder, first } = history();
    const got = await base(folder, seriesFor(blobAt(folder, first), { text: `base-commit: ${first}` }));
    expect([got.revision, got.how, got.states]).toEqual([first, 'base-commit', ['same']]);
    expect(got.notes).toEqual(['the file of the series is exactly as in the tree it was made against']);
  });

  it('takes the base-tree when there is no such base-commit, and says so', async () => {
    const { folder, first } = history();
    const text = `base-commit: ${'1'.repeat(40)}\nbase-tree: ${git(folder, 'rev-parse', `${first}^{tree}`)}`;
    const got = await base(folder, seriesFor(null, { text }));
    expect([got.how, got.revision]).toEqual(['base-commit', git(folder, 'rev-parse', `${first}^{tree}`)]);
    expect(got.notes[0]).toContain(`the tree does not have the base-commit ${'1'.repeat(40)}`);
  });

  it('takes HEAD when its files have the ids of the index lines', async () => {
    const { folder, third } = history();
    const got = await base(folder, seriesFor(blobAt(folder, 'HEAD')));
    expect([got.revision, got.how, got.states]).toEqual([third, 'blob-ids', ['same']]);
    expect(got.notes[0]).toBe(
      `reviewed on ${third.slice(0, 12)}, HEAD, whose files have the ids of the index lines: the series names no base-commit`,
    );
  });

  it('finds the newest commit that still has the files of the index lines', async () => {
    const { folder, first, second } = history();
    const got = await base(folder, seriesFor(blobAt(folder, first)));
    expect([got.revision, got.how, got.states]).toEqual([second, 'blob-ids', ['same']]);
  });

  it('finds the files of the index lines on another branch', async () => {
    const { folder } = history();
    git(folder, 'checkout', '-q', '-b', 'topic', 'HEAD~2');
    writeFiles(folder, { 'lib/a.c': 'int topic;\n' });
    const topic = commitAll(folder, 'topic');
    git(folder, 'checkout', '-q', 'main');
    expect((await base(folder, seriesFor(git(folder, 'rev-parse', `${topic}:lib/a.c`)))).revision).toBe(topic);
  });

  it('takes no commit that is younger than the series', async () => {
    const { folder, first } = history();
    const old = seriesFor(blobAt(folder, first), { date: '2025-06-01T00:00:00.000Z' });
    expect((await base(folder, old)).how).toBe('given');
  });

  it.each([
    ['next-20260325', 'This is based on linux-next 20260325.', 'PATCH'],
    ['v6.13-rc2', 'The series applies to v6.13-rc2 and was tested there.', 'PATCH'],
    ['linux-6.12.y', '', 'PATCH 6.12.y'],
    ['v6.12', '', 'PATCH 6.12.y'],
    ['mm-unstable', 'on top of mm-unstable', 'PATCH'],
  ])('takes %s when it says "%s" under [%3$s]', async (name, text, tag) => {
    const { folder, first } = history();
    git(folder, 'tag', name, first);
    const got = await base(folder, seriesFor(null, { text, tag }));
    expect([got.revision, got.how]).toEqual([first, 'named']);
    expect(got.notes[0]).toContain(`which is ${name}, as it says`);
  });

  it('reads no revision out of a text that only speaks of one', async () => {
    const { folder, first, third } = history();
    git(folder, 'tag', 'v6.1', first);
    const got = await base(folder, seriesFor(null, { text: 'Broken since v6.1, found by syzbot.' }));
    expect([got.revision, got.how]).toEqual([third, 'given']);
  });

  it('goes to the remote that is the tree of MAINTAINERS', async () => {
    const { folder, first } = history();
    const text =
      'LIBRARY\nM:\tAda <a@b.c>\nT:\tgit git://git.example.org/pub/ada/lib.git for-next\nF:\tlib/\n\nTHE REST\nT:\tgit git://git.example.org/all.git\nF:\t*\nF:\t*/\n';
    writeFiles(folder, { MAINTAINERS: text });
    const head = commitAll(folder, 'maintainers');
    const without = await base(folder, seriesFor(null));
    expect([without.revision, without.how]).toEqual([head, 'given']);
    expect(without.notes[0]).toContain('no remote of the repository is git://git.example.org/pub/ada/lib.git for-next');
    git(folder, 'remote', 'add', 'ada', 'https://git.example.org/pub/ada/lib');
    git(folder, 'update-ref', 'refs/remotes/ada/for-next', first);
    const got = await base(folder, seriesFor(null));
    expect([got.revision, got.how]).toEqual([first, 'named']);
    expect(got.notes[0]).toContain('(LIBRARY)');
  });

  it('records every attempt when nothing serves', async () => {
    const { folder, third } = history();
    const text = `base-commit: ${'1'.repeat(40)}\nbased on v6.99`;
    const got = await base(folder, seriesFor('abcdef0123456789', { text }));
    expect([got.revision, got.how, got.states]).toEqual([third, 'given', ['other']]);
    expect(got.notes).toEqual([
      `reviewed on HEAD of the tree: the tree does not have the base-commit ${'1'.repeat(40)} that the series names; ` +
        'HEAD has 0 of the 1 files of the index lines, and no commit before the series has all; ' +
        'the tree has no v6.99, of which it says "based on v6.99"',
      '1 of 1 files that the series changes differ from what it was made against: lib/a.c',
    ]);
  });

  it('compares the files of a plain directory with the index lines, and its release with the words', async () => {
    const folder = temporaryFolder({
      'lib/a.c': 'int a;\n',
      Makefile: '# SPDX\nVERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\n',
    });
    const blob = git(folder, 'hash-object', 'lib/a.c');
    const got = await base(folder, seriesFor(blob, { tag: 'PATCH 6.12.y' }));
    expect([got.revision, got.how, got.states]).toEqual(['directory', 'given', ['same']]);
    expect(got.notes[0]).toBe(
      'reviewed on the directory as it is: the series names no base-commit; it is Linux 6.12.117, as the series says ("[6.12.y]")',
    );
    const other = await base(folder, seriesFor(blob, { text: 'based on v6.13-rc2' }));
    expect(other.notes[0]).toContain('it is Linux 6.12.117, and the series says "based on v6.13-rc2"');
  });

  it('asks git for nothing that a mail makes look like an option or a path', async () => {
    const { folder, third } = history();
    const text = 'based on --output=/tmp/x\nbased on v6.1;rm\nbase-tree: --help\nbased on ../../etc-next';
    expect((await base(folder, seriesFor(null, { text }))).revision).toBe(third);
  });
});
