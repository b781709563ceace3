import type { ComparablePatch } from './comparable.ts';
import { type FilePatch, pathOf } from './file-patch.ts';
import { parseDiff } from './parse-diff.ts';

/**
 * A patch as `git range-diff` writes it down to compare it: sections for metadata, message and each file, no line
 * numbers and no blob ids. `diffStart` is the first line that belongs to the diff.
 */
export interface CommitText {
  readonly lines: readonly string[];
  readonly diffStart: number;
}

export function commitText(patch: ComparablePatch, files: readonly FilePatch[] = parseDiff(patch.diff)): CommitText {
  const lines: string[] = [];
  if (patch.author) lines.push(' ## Metadata ##', `Author: ${patch.author.name} <${patch.author.email}>`, '');
  lines.push(' ## Commit message ##');
  for (const line of [patch.title, '', ...patch.message.trim().split('\n')]) {
    lines.push(line.trim() === '' ? '' : `    ${expandTabs(line.trimEnd())}`);
  }
  while (lines.at(-1) === '') lines.pop();
  lines.push('');
  const diffStart = lines.length;
  for (const [i, file] of files.entries()) {
    if (i > 0) lines.push('');
    lines.push(` ## ${headline(file)} ##`);
    if (file.binary)
      lines.push(` Binary files ${file.oldPath ?? '/dev/null'} and ${file.newPath ?? '/dev/null'} differ`);
    for (const hunk of file.hunks) {
      lines.push(hunk.section === '' ? '@@' : `@@ ${pathOf(file)}: ${hunk.section}`);
      for (const line of hunk.lines) {
        lines.push(line.kind + line.text);
        if (line.noNewline) lines.push(' \\ No newline at end of file');
      }
    }
  }
  return { lines, diffStart };
}

/** Tabs of a message as `git log` shows them: blanks up to the next multiple of eight. */
function expandTabs(line: string): string {
  const [first = '', ...rest] = line.split('\t');
  return rest.reduce((done, part) => done.padEnd(done.length + 8 - (done.length % 8)) + part, first);
}

function headline(file: FilePatch): string {
  const mode =
    file.oldMode && file.newMode && file.oldMode !== file.newMode
      ? ` (mode change ${file.oldMode} => ${file.newMode})`
      : '';
  if (file.status === 'added') return `${pathOf(file)} (new)${mode}`;
  if (file.status === 'deleted') return `${pathOf(file)} (deleted)${mode}`;
  if (file.status === 'renamed') return `${file.oldPath} => ${file.newPath}${mode}`;
  return `${pathOf(file)}${mode}`;
}
