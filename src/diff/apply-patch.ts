import { type ByteLines, comparable, encodeLine, fromByteLines, toByteLines } from './byte-lines.ts';
import { type FilePatch, type Hunk, pathOf } from './file-patch.ts';
import { shapeOf } from './hunk-shape.ts';
import { type HunkShape, placeHunk } from './place-hunk.ts';

/** What became of one hunk. `hunk` counts from 1; 0 stands for the file as a whole (refused, binary, missing). */
export interface HunkRecord {
  readonly file: string;
  readonly hunk: number;
  readonly outcome: 'exact' | 'offset' | 'fuzz' | 'failed';
  /** Lines between where the header puts the hunk and where it went; 0 when it failed. */
  readonly offset: number;
  /** Outer context lines that had to be ignored, counted as GNU patch does. */
  readonly fuzz: number;
  /** Why it failed, one line; null when it did not. */
  readonly reason: string | null;
}

/** New bytes by path (null: deleted) of the files that changed, and one record a hunk, in the order of the patch. */
export interface ApplyResult {
  readonly files: ReadonlyMap<string, Uint8Array | null>;
  readonly records: readonly HunkRecord[];
}

/**
 * Applies file patches in order onto bytes that `read` supplies (null: no such file), touching nothing outside: later
 * parts see what earlier ones made. Each hunk is tried exactly, then with an offset, then with fuzz; one that fails is
 * recorded with its reason and the rest goes on.
 *
 * @example
 * const tree = new Map([['x.c', new TextEncoder().encode('int a;\n')]]);
 * const { files, records } = applyPatch((path) => tree.get(path) ?? null, parseDiff(text));
 */
export function applyPatch(read: (path: string) => Uint8Array | null, patches: readonly FilePatch[]): ApplyResult {
  const files = new Map<string, Uint8Array | null>();
  const records: HunkRecord[] = [];
  const now = (path: string): Uint8Array | null => (files.has(path) ? (files.get(path) ?? null) : read(path));
  for (const patch of patches) {
    const reason = applyFile(patch, now, files, records);
    if (reason) records.push({ file: pathOf(patch), hunk: 0, outcome: 'failed', offset: 0, fuzz: 0, reason });
  }
  return { files, records };
}

/** Applies one file's part; the answer is why none of it could be tried, or null. */
function applyFile(
  patch: FilePatch,
  now: (path: string) => Uint8Array | null,
  files: Map<string, Uint8Array | null>,
  records: HunkRecord[],
): string | null {
  const { fault, oldPath, newPath } = patch;
  if (fault && fault.code !== 'patch/mangled') return fault.why ? `${fault.what}: ${fault.why}` : fault.what;
  if (patch.binary) return 'it is a binary patch';
  const path = newPath ?? oldPath;
  if (path === null) return 'it names no file';
  if (fault && patch.hunks.length === 0) return fault.why ?? fault.what;
  if (patch.status === 'added') {
    if (now(path) !== null) return 'the file it creates exists already';
    const made = applyHunks(patch, path, { lines: [], charset: 'utf8' }, records);
    if (made.applied === patch.hunks.length) files.set(path, fromByteLines(made.lines));
    return null;
  }
  const source = sourceOf(patch, now);
  if (source === null) return 'there is no such file';
  const made = applyHunks(patch, path, toByteLines(source.bytes), records);
  if (patch.status === 'deleted') {
    if (made.applied < patch.hunks.length) return null;
    if (made.lines.length > 0 && patch.hunks.length > 0)
      return 'the file it deletes holds more than the patch knows of';
    files.set(source.path, null);
    return null;
  }
  const moved = patch.status === 'renamed' || patch.status === 'copied';
  const target = moved ? path : source.path;
  if (moved && target !== source.path && now(target) !== null) return 'the file it would become exists already';
  if (made.applied > 0 || moved) files.set(target, fromByteLines(made.lines));
  if (patch.status === 'renamed' && target !== source.path) files.set(source.path, null);
  return null;
}

/** The file to start from. `diff -u x.c.orig x.c` names one that does not exist: the other one is meant. */
function sourceOf(
  patch: FilePatch,
  now: (path: string) => Uint8Array | null,
): { path: string; bytes: Uint8Array } | null {
  for (const path of [patch.oldPath, patch.status === 'modified' ? patch.newPath : null]) {
    const bytes = path === null ? null : now(path);
    if (path !== null && bytes !== null) return { path, bytes };
  }
  return null;
}

function applyHunks(patch: FilePatch, path: string, file: ByteLines, records: HunkRecord[]) {
  const ids = new Map<string, number>();
  const idOf = (line: string): number => {
    const key = comparable(line);
    const known = ids.get(key);
    if (known !== undefined) return known;
    ids.set(key, ids.size);
    return ids.size - 1;
  };
  const fileIds = Int32Array.from(file.lines, idOf);
  const out: string[] = [];
  let done = 0;
  let shift = 0;
  let applied = 0;
  for (const [index, hunk] of patch.hunks.entries()) {
    const record = (part: Pick<HunkRecord, 'outcome'> & Partial<HunkRecord>): void => {
      records.push({ file: path, hunk: index + 1, offset: 0, fuzz: 0, reason: null, ...part });
    };
    if (hunk.damage !== null || hunk.lines.length === 0) {
      record({ outcome: 'failed', reason: hunk.damage ?? 'it has no lines' });
      continue;
    }
    const stated = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    const shape = shapeOf(hunk, file, idOf, stated + shift);
    const place = placeHunk(fileIds, shape, done);
    if (!place.ok) {
      record({
        outcome: 'failed',
        reason: isApplied(hunk, file, idOf, fileIds) ? 'it is applied already' : place.reason,
      });
      continue;
    }
    const offset = place.at - stated;
    record({
      outcome: place.fuzz > 0 ? 'fuzz' : offset !== 0 ? 'offset' : 'exact',
      offset,
      fuzz: place.fuzz,
    });
    shift = offset;
    applied++;
    const next = writeHunk(hunk, file, place, shape, done, out);
    done = next;
  }
  for (let i = done; i < file.lines.length; i++) out.push(file.lines[i]!);
  return { lines: out, applied };
}

/** Copies the file up to the hunk and the hunk's new side, context as the file has it; returns the first line not yet copied. */
function writeHunk(
  hunk: Hunk,
  file: ByteLines,
  place: { at: number; lead: number; trail: number },
  shape: HunkShape,
  done: number,
  out: string[],
): number {
  const firstOld = shape.lead - place.lead;
  const lastOld = shape.old.length - (shape.trail - place.trail);
  for (let i = done; i < place.at + firstOld; i++) out.push(file.lines[i]!);
  const addReturns = losesReturns(hunk, file, place.at + firstOld, place.at + lastOld);
  let old = 0;
  for (const line of hunk.lines) {
    if (line.kind === '+') {
      const encoded = encodeLine(line.text, file.charset, line.noNewline === true);
      out.push(
        addReturns && encoded.endsWith('\n') && !encoded.endsWith('\r\n') ? `${encoded.slice(0, -1)}\r\n` : encoded,
      );
      continue;
    }
    if (line.kind === ' ' && old >= firstOld && old < lastOld) out.push(file.lines[place.at + old]!);
    old++;
  }
  return place.at + lastOld;
}

/** True when the file's lines there end in CR LF and the patch, on its way through mail, lost its CRs. */
function losesReturns(hunk: Hunk, file: ByteLines, from: number, to: number): boolean {
  if (from >= to || hunk.lines.some((line) => line.text.endsWith('\r'))) return false;
  for (let i = from; i < to; i++) if (!file.lines[i]!.endsWith('\r\n')) return false;
  return true;
}

/** True when the whole new side of a hunk is in the file: the patch, or one like it, is there already. */
function isApplied(hunk: Hunk, file: ByteLines, idOf: (line: string) => number, fileIds: Int32Array): boolean {
  const newSide = hunk.lines
    .filter((line) => line.kind !== '-')
    .map((line) => idOf(encodeLine(line.text, file.charset, line.noNewline === true)));
  if (!hunk.lines.some((line) => line.kind === '+' && /[A-Za-z0-9]/.test(line.text))) return false;
  return placeHunk(
    fileIds,
    {
      old: newSide,
      lead: 0,
      trail: 0,
      removed: 1,
      telling: newSide.map(() => true),
      expected: 0,
      atStart: false,
      atEnd: false,
    },
    0,
  ).ok;
}
