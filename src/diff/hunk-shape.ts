import { type ByteLines, encodeLine } from './byte-lines.ts';
import type { Hunk } from './file-patch.ts';
import type { HunkShape } from './place-hunk.ts';

/** Cuts a hunk's old side into leading context, core and trailing context, its lines as ids in the file's charset. */
export function shapeOf(hunk: Hunk, file: ByteLines, idOf: (line: string) => number, expected: number): HunkShape {
  const oldSide = hunk.lines.filter((line) => line.kind !== '+');
  let lead = hunk.lines.findIndex((line) => line.kind !== ' ');
  if (lead < 0) lead = hunk.lines.length;
  let trail = 0;
  while (trail < hunk.lines.length - lead && hunk.lines[hunk.lines.length - 1 - trail]!.kind === ' ') trail++;
  return {
    old: oldSide.map((line) => idOf(encodeLine(line.text, file.charset, line.noNewline === true))),
    lead,
    trail,
    removed: hunk.lines.filter((line) => line.kind === '-').length,
    telling: oldSide.map((line) => /[A-Za-z0-9]/.test(line.text)),
    expected,
    atStart: hunk.oldStart <= 1 && hunk.oldLines > 0 && lead === 0,
    atEnd: trail === 0 && hunk.oldLines > 0 && lead > 0,
  };
}
