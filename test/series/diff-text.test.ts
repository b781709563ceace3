import { describe, expect, it } from 'vitest';
import { cutDiff, hasDiff } from '../../src/series/index.ts';
import { DIFF } from './mails.ts';

describe('cutDiff', () => {
  it('leaves signature and footer out of the diff', () => {
    const cut = cutDiff(`message\n---\n${DIFF('a.c')}-- \n2.53.0\n\n_____\na list\n`);
    expect(cut).toEqual({
      before: 'message\n---',
      diff: DIFF('a.c'),
      after: '-- \n2.53.0\n\n_____\na list\n',
      defect: null,
    });
  });

  it('keeps a removed line that reads like a signature', () => {
    const diff = 'diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1,2 +1 @@\n--- \n a\n';
    expect(cutDiff(diff).diff).toBe(diff);
  });

  it('joins the diffs of several files over text between them', () => {
    const cut = cutDiff(`${DIFF('a.c')}\nand also\n\n${DIFF('b.c')}`);
    expect(cut.diff).toBe(DIFF('a.c') + DIFF('b.c'));
  });

  it('reads a diff without git headers', () => {
    const diff = '--- a/x.c\t2026-01-01\n+++ b/x.c\n@@ -1 +1 @@\n-a\n+b\n\\ No newline at end of file\n';
    expect(cutDiff(`text\n${diff}`).diff).toBe(diff);
  });

  it('keeps binary patches, renames and mode changes', () => {
    const diff =
      'diff --git a/x b/y\nsimilarity index 100%\nrename from x\nrename to y\ndiff --git a/m b/m\nold mode 100644\nnew mode 100755\n' +
      'diff --git a/l.bin b/l.bin\nindex 1..2 100644\nGIT binary patch\nliteral 3\nKcmZQzWMT#Y01f~L\n\nliteral 0\nHcmV?d00001\n\n';
    expect(cutDiff(`m\n---\n${diff}-- \n2.5\n`).diff).toBe(diff);
  });

  it('says when a diff is cut off inside a hunk', () => {
    expect(cutDiff(DIFF('a.c').split('\n').slice(0, 6).join('\n')).defect).toContain('cut off');
  });

  it('says when lines were wrapped and keeps them', () => {
    const cut = cutDiff(DIFF('a.c').replace('-b', '-b is\nlonger'));
    expect(cut.defect).toContain('damaged');
    expect(cut.diff).toContain('longer');
  });

  it('gives context lines back the only space that a mailer stripped', () => {
    const cut = cutDiff('--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n\n-a\n+b\n\n--\n2.5\n');
    expect(cut).toMatchObject({ defect: null, diff: '--- a/a\n+++ b/a\n@@ -1,3 +1,3 @@\n \n-a\n+b\n \n' });
  });

  it('does not see a quoted diff', () => {
    expect(hasDiff(DIFF('a.c').replace(/^/gm, '> '))).toBe(false);
  });
});
