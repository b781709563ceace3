import { type ApplyResult, applyPatch, type FilePatch, type HunkRecord, parseDiff, pathOf } from '../diff/index.ts';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import type { Patch, Prerequisite, Series } from '../series/index.ts';
import type { Tree } from '../tree/index.ts';
import type { HunkOutcome } from './review.ts';

/** What one patch does to the files of the tree: new bytes by path, null for a deleted file. */
export interface PatchStep {
  readonly patch: number;
  readonly changes: ReadonlyMap<string, Uint8Array | null>;
}

/** A series laid over a tree, patch by patch. */
export interface AppliedSeries {
  /** What the prerequisites of the series do to the tree: they are no part of what is judged. */
  readonly before: ReadonlyMap<string, Uint8Array | null>;
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
export async function applySeries(
  series: Series,
  tree: Tree,
  prerequisites: readonly Prerequisite[] = [],
): Promise<Outcome<AppliedSeries>> {
  const parsed = series.patches.map(parsePatch);
  const needed = prerequisites.map((needs) => ({ ...needs, parsed: needs.patches.map(parsePatch) }));
  const now = await readTouched(
    [...needed.flatMap((needs) => needs.parsed), ...parsed].flatMap(({ files }) => files),
    tree,
  );
  const before = new Map<string, Uint8Array | null>();
  const needNotes = needed.map((needs) => layUnder(needs, needs.parsed, now, before));
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
  notes.unshift(...needNotes);
  notes.unshift(...failures.slice(0, SHOWN).map((f) => f.line));
  if (failures.length > SHOWN) notes.push(`${failures.length - SHOWN} more parts did not apply`);
  return ok({ before, steps, hunks, notes });
}

interface ParsedPatch {
  readonly index: number;
  readonly files: readonly FilePatch[];
}

function parsePatch(patch: Patch): ParsedPatch {
  return { index: patch.index, files: parseDiff(patch.diff) };
}

/** Applies what a series needs to the files at hand, and says in one line how that went. */
function layUnder(
  { said, series }: Prerequisite,
  patches: readonly ParsedPatch[],
  now: Map<string, Uint8Array | null>,
  before: Map<string, Uint8Array | null>,
): string {
  if (series === null) return `it needs ${said}, which is not in the input; what that changes is missing from the tree`;
  const refused: number[] = [];
  for (const { index, files } of patches) {
    const result = applyPatch((path) => now.get(path) ?? null, files);
    // Half a patch under the series would be worse than none: it may be in the tree already, in a later form.
    if (result.records.some((record) => record.outcome === 'failed' || record.fuzz > TRUSTED_FUZZ)) {
      refused.push(index);
      continue;
    }
    for (const [path, bytes] of result.files) {
      now.set(path, bytes);
      before.set(path, bytes);
    }
  }
  const count = patches.length === 1 ? '1 patch' : `${patches.length} patches`;
  const left =
    refused.length > 0
      ? `; patch ${refused.join(', ')} of it was left out: in the tree already, or for another one`
      : '';
  return `applied before it, as it says (${said}): ${count} of '${series.title}' v${series.version}${left}`;
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
