import { type FilePatch, type Stitched, stitch } from '../diff/index.ts';

/** One file of a diff as two partial C files whose lines stand opposite each other; `\n`-ended, of equal height. */
export interface AlignedSides {
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** The line of the real file (the new one where it has the line) of each row; 0 for a row made up here. */
  readonly lines: readonly number[];
}

interface Side {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

/**
 * Stitches both sides of a file's hunks and lays them out like a unified diff: what one side lacks is an empty row there.
 * So a row means the same line whichever side is read, and a place can be told without knowing in which it was found.
 */
export function alignSides(patch: FilePatch): AlignedSides {
  const stitched: Stitched = stitch(patch);
  const old = sideOf(stitched.before, stitched.beforeLines);
  const young = sideOf(stitched.after, stitched.afterLines);
  const before: string[] = [];
  const after: string[] = [];
  const lines: number[] = [];
  const row = (left: string, right: string, line: number): void => {
    before.push(left);
    after.push(right);
    lines.push(line);
  };
  let i = 0;
  let j = 0;
  /** Rows that only one side has (made-up heads and braces) up to its next line of the diff. */
  const madeUp = (): void => {
    while (old.numbers[i] === 0 || young.numbers[j] === 0) {
      const left = old.numbers[i] === 0 ? old.texts[i++]! : '';
      const right = young.numbers[j] === 0 ? young.texts[j++]! : '';
      row(left, right, 0);
    }
  };
  for (const line of patch.hunks.flatMap((hunk) => hunk.lines)) {
    madeUp();
    if (line.kind === '-') row(old.texts[i++] ?? '', '', old.numbers[i - 1] ?? 0);
    else if (line.kind === '+') row('', young.texts[j++] ?? '', young.numbers[j - 1] ?? 0);
    else row(old.texts[i++] ?? '', young.texts[j++] ?? '', young.numbers[j - 1] ?? 0);
  }
  madeUp();
  return { before, after, lines };
}

function sideOf(bytes: Uint8Array, numbers: readonly number[]): Side {
  return { texts: new TextDecoder().decode(bytes).split('\n').slice(0, -1), numbers };
}
