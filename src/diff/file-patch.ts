import type { Fault } from '../outcome/index.ts';

/** One line of a hunk: context (` `), removed (`-`) or added (`+`), without its marker and without its line end. */
export interface HunkLine {
  readonly kind: ' ' | '-' | '+';
  readonly text: string;
  /** True when `\ No newline at end of file` follows the line. */
  readonly noNewline?: boolean;
}

/** One hunk. Starts are 1-based lines as the header states them (0 for an empty side); counts are the header's too. */
export interface Hunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  /** The text after the second `@@`: usually the head of the function; empty when there is none. */
  readonly section: string;
  readonly lines: readonly HunkLine[];
  /** How the lines differ from what the header promises, or null; a damaged hunk is not applied. */
  readonly damage: string | null;
}

export type FileStatus = 'modified' | 'added' | 'deleted' | 'renamed' | 'copied';

/** What a patch does to one file. Paths are relative, without the `a/` and `b/` prefixes, and safe to join to a tree. */
export interface FilePatch {
  /** Null for a new file, and on both sides when the path was refused (see `fault`). */
  readonly oldPath: string | null;
  readonly newPath: string | null;
  readonly status: FileStatus;
  /** Abbreviated blob ids of the `index` line, or null; all zeros for a missing side. */
  readonly oldBlob: string | null;
  readonly newBlob: string | null;
  /** Octal modes as written (`100644`), or null when the patch does not say. */
  readonly oldMode: string | null;
  readonly newMode: string | null;
  readonly binary: boolean;
  readonly hunks: readonly Hunk[];
  /** Why this part must not be applied (unsafe path, symlink, submodule) or is damaged (counts that do not match). */
  readonly fault: Fault | null;
}

/** The path a reader knows the file by: the new one, or the old one of a deleted file. */
export function pathOf(patch: FilePatch): string {
  return patch.newPath ?? patch.oldPath ?? '(refused path)';
}
