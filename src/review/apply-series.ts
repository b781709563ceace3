import { type ApplyResult, applyPatch, type FilePatch, type HunkRecord, parseDiff, pathOf } from '../diff/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { Series } from '../series/index.ts';
import type { Tree } from '../tree/index.ts';
import type { HunkOutcome } from './review.ts';

/** What one patch does to the files of the tree: new bytes by path, null for a deleted file. */
export interface PatchStep {
  readonly patch: number;
  readonly changes: ReadonlyMap<string, Uint8Array | null>;
}

/** A series laid over a tree, patch by patch. */
export interface AppliedSeries {
  readonly steps: readonly PatchStep[];
  readonly hunks: readonly HunkOutcome[];
  readonly notes: readonly string[];
}

/** GNU patch's default: above it a hunk may have gone to a place that only looks alike. */
const TRUSTED_FUZZ = 2;
/** Notes of one kind; the rest is counted. */
const SHOWN = 8;

/**
 * Applies the patches of a series in order, in memory. A hunk that fails is recorded and the rest goes on; when none
 * applies at all the series is for another tree: `patch/does-not-apply`, or `patch/mangled` when the diff is damaged.
 */
export async function applySeries(series: Series, tree: Tree): Promise<Outcome<AppliedSeries>> {
  const parsed = series.patches.map((patch) => ({ index: patch.index, files: parseDiff(patch.diff) }));
  const now = await readTouched(
    parsed.flatMap(({ files }) => files),
    tree,
  );
  const steps: PatchStep[] = [];
  const hunks: HunkOutcome[] = [];
  const failures: { line: string; damaged: boolean }[] = [];
  const notes: string[] = [];
  for (const { index, files } of parsed) {
    const result = applyPatch((path) => now.get(path) ?? null, files);
    for (const [path, bytes] of result.files) now.set(path, bytes);
    steps.push({ patch: index, changes: result.files });
    const outcomes = outcomesOf(index, files, result);
    hunks.push(...outcomes);
    for (const record of result.records) {
      if (record.outcome === 'failed') failures.push(failure(index, record, files));
      else if (record.fuzz > TRUSTED_FUZZ)
        notes.push(
          `warning: patch ${index} ${record.file} hunk ${record.hunk} went in with fuzz ${record.fuzz} only; git apply would refuse it`,
        );
    }
    notes.push(...notRead(index, files));
  }
  const placed = hunks.filter((hunk) => hunk.outcome !== 'failed').length;
  if (hunks.length > 0 && placed === 0 && steps.every((step) => step.changes.size === 0)) {
    const why = failures[0]?.line;
    return failures.every((f) => f.damaged)
      ? fail('patch/mangled', 'the diff of the series is damaged', why)
      : fail('patch/does-not-apply', `no hunk of the series applies to ${tree.root}`, why);
  }
  notes.unshift(...failures.slice(0, SHOWN).map((f) => f.line));
  if (failures.length > SHOWN) notes.push(`${failures.length - SHOWN} more parts did not apply`);
  return ok({ steps, hunks, notes });
}

/** The bytes of every file that the patches name, read once. */
async function readTouched(files: readonly FilePatch[], tree: Tree): Promise<Map<string, Uint8Array | null>> {
  const paths = new Set(files.flatMap((file) => [file.oldPath, file.newPath].filter((path) => path !== null)));
  const now = new Map<string, Uint8Array | null>();
  for (const path of [...paths].sort()) now.set(path, await tree.read(path));
  return now;
}

/** One outcome a hunk, also for the hunks of a file that could not be tried at all. */
function outcomesOf(patch: number, files: readonly FilePatch[], { records }: ApplyResult): HunkOutcome[] {
  return records.flatMap(({ file, hunk, outcome, offset, fuzz }) => {
    if (hunk > 0) return [{ patch, file, hunk, outcome, offset, fuzz }];
    const refused = files.find((f) => pathOf(f) === file);
    const known = records.some((r) => r.file === file && r.hunk > 0);
    if (!refused || known) return [];
    return refused.hunks.map((_, i) => ({ patch, file, hunk: i + 1, outcome, offset, fuzz }));
  });
}

function failure(patch: number, record: HunkRecord, files: readonly FilePatch[]): { line: string; damaged: boolean } {
  const where = record.hunk > 0 ? `${record.file} hunk ${record.hunk}` : record.file;
  const file = files.find((f) => pathOf(f) === record.file);
  const damaged = file?.fault?.code === 'patch/mangled' || file?.hunks[record.hunk - 1]?.damage != null;
  return { line: `patch ${patch} ${where} was not applied: ${record.reason ?? 'it matches nowhere'}`, damaged };
}

/** Files whose change is known and not looked into. */
function notRead(patch: number, files: readonly FilePatch[]): string[] {
  const others = [...new Set(files.map(pathOf).filter((path) => !isAnalysed(path)))];
  if (others.length === 0) return [];
  const shown = others.slice(0, SHOWN).join(', ');
  const more = others.length > SHOWN ? ` and ${others.length - SHOWN} more` : '';
  return [`patch ${patch} also changes files that are not .c or .h and were not looked into: ${shown}${more}`];
}

/** Whether the lock analysis reads a file of that name. */
export function isAnalysed(path: string): boolean {
  return /\.[ch]$/.test(path);
}
