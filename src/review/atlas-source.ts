import { fail, type Outcome, ok } from '../outcome/index.ts';
import { blobId, isCLike, isTreePath, type Tree, type TreeIndex } from '../tree/index.ts';
import type { SourceLines } from './atlas-answers.ts';

/** Lines that are shown at once, and characters of each. */
const MOST_LINES = 400;
const MOST_CHARACTERS = 500;
/** UTF-8 has up to four bytes a character. */
const MOST_BYTES = MOST_CHARACTERS * 4;
const LINE_FEED = 10;
const BLOB_BYTES = 20;

/** The lines of a C file of the tree around one of them. Only files of the tree's own listing can be read. */
export async function sourceLines(
  tree: Tree,
  index: TreeIndex,
  path: string,
  line: number,
  window: number,
): Promise<Outcome<SourceLines>> {
  const isSource = path.length < 4096 && isTreePath(path) && isCLike(path) && (await tree.has(path));
  const bytes = isSource ? await tree.read(path) : null;
  if (bytes === null) return fail('atlas/no-such-file', `the tree has no C source '${path.slice(0, 200)}'`);
  const starts = lineStarts(bytes);
  const total = starts.length;
  const wanted = Math.min(Math.max(1, Math.trunc(line) || 1), total);
  const height = Math.min(MOST_LINES, Math.max(1, Math.trunc(window) || 1));
  const from = Math.max(1, Math.min(wanted - (height >> 1), total - height + 1));
  const decoder = new TextDecoder();
  const lines = Array.from({ length: Math.min(height, total - from + 1) }, (_, i) => {
    const start = starts[from - 1 + i] as number;
    const end = (starts[from + i] ?? bytes.length + 1) - 1;
    const text = decoder.decode(bytes.subarray(start, Math.min(end, start + MOST_BYTES))).replace(/\r?\n?$/, '');
    return text.length > MOST_CHARACTERS || end > start + MOST_BYTES ? `${text.slice(0, MOST_CHARACTERS - 1)}…` : text;
  });
  return ok({ path, from, lines, total, changed: tree.kind === 'directory' && isChanged(index, path, bytes) });
}

/** Where each line begins; a line feed at the end begins none. */
function lineStarts(bytes: Uint8Array): number[] {
  const starts = [0];
  for (let at = bytes.indexOf(LINE_FEED); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(LINE_FEED, at + 1))
    starts.push(at + 1);
  return starts;
}

function isChanged({ blobs, fileOf }: TreeIndex, path: string, bytes: Uint8Array): boolean {
  const file = fileOf(path);
  if (file < 0 || (file + 1) * BLOB_BYTES > blobs.length) return false;
  const known = Buffer.from(blobs.buffer, blobs.byteOffset + file * BLOB_BYTES, BLOB_BYTES).toString('hex');
  return /[^0]/.test(known) && known !== blobId(bytes);
}
