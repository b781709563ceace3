import parseHunks from 'parse-diff';
import { type Fault, fail } from '../outcome/index.ts';
import { diffSections, type RawHunk, type RawSection } from './diff-sections.ts';
import type { FilePatch, FileStatus, Hunk, HunkLine } from './file-patch.ts';
import { nameOf, namesOfGitHeader, stripPrefixes, unquotePath, unsafePath } from './git-path.ts';

/**
 * Reads a unified diff (git's or traditional; text around it is ignored) as one `FilePatch` a file, in order.
 * Never throws: what is damaged or refused says so in `fault`.
 *
 * The hunks' lines are read by the `parse-diff` library. File headers are read here, because the library loses blob ids,
 * modes, binary patches and quoted names, and hunks are bounded here, because it lets a short hunk swallow the next file.
 *
 * @example
 * const [patch] = parseDiff('--- a/x.c\n+++ b/x.c\n@@ -1 +1 @@\n-int a;\n+int b;\n');
 * patch?.hunks[0]?.lines; // [{ kind: '-', text: 'int a;' }, { kind: '+', text: 'int b;' }]
 */
export function parseDiff(text: string): FilePatch[] {
  return diffSections(text).map(filePatch);
}

function filePatch(raw: RawSection): FilePatch {
  const header = readHeaders(raw.headers);
  const names = namesOf(raw, header);
  const status = statusOf(header, names.oldPath, names.newPath);
  // A new file still has both names in git's header line; the status says which side is missing.
  const oldPath = status === 'added' ? null : names.oldPath;
  const newPath = status === 'deleted' ? null : names.newPath;
  const refused = refusal(oldPath, newPath, header);
  const pathRefused = refused?.code === 'patch/unsafe-path';
  return {
    oldPath: pathRefused ? null : oldPath,
    newPath: pathRefused ? null : newPath,
    status,
    oldBlob: header.oldBlob,
    newBlob: header.newBlob,
    oldMode: header.oldMode,
    newMode: header.newMode,
    binary: raw.binary,
    hunks: raw.hunks.map(hunk),
    fault: refused ?? damage(raw, newPath ?? oldPath),
  };
}

interface Headers {
  oldBlob: string | null;
  newBlob: string | null;
  oldMode: string | null;
  newMode: string | null;
  added: boolean;
  deleted: boolean;
  renameFrom: string | null;
  renameTo: string | null;
  copyFrom: string | null;
  copyTo: string | null;
}

function readHeaders(lines: readonly string[]): Headers {
  const found: Headers = {
    oldBlob: null,
    newBlob: null,
    oldMode: null,
    newMode: null,
    added: false,
    deleted: false,
    renameFrom: null,
    renameTo: null,
    copyFrom: null,
    copyTo: null,
  };
  for (const line of lines) {
    const index = /^index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: ([0-7]{6}))?$/.exec(line);
    if (index) {
      found.oldBlob = index[1]!;
      found.newBlob = index[2]!;
      found.oldMode ??= index[3] ?? null;
      found.newMode ??= index[3] ?? null;
      continue;
    }
    const mode = /^(old|new|new file|deleted file) mode ([0-7]{6})$/.exec(line);
    if (mode) {
      if (mode[1] === 'old' || mode[1] === 'deleted file') found.oldMode = mode[2]!;
      else found.newMode = mode[2]!;
      if (mode[1] === 'new file') found.added = true;
      if (mode[1] === 'deleted file') found.deleted = true;
      continue;
    }
    const move = /^(rename|copy) (from|to) (.+)$/.exec(line);
    if (!move) continue;
    const path = unquotePath(move[3]!)?.path ?? move[3]!;
    if (move[1] === 'rename' && move[2] === 'from') found.renameFrom = path;
    else if (move[1] === 'rename') found.renameTo = path;
    else if (move[2] === 'from') found.copyFrom = path;
    else found.copyTo = path;
  }
  return found;
}

function namesOf(raw: RawSection, header: Headers): { oldPath: string | null; newPath: string | null } {
  if (header.renameFrom && header.renameTo) return { oldPath: header.renameFrom, newPath: header.renameTo };
  if (header.copyFrom && header.copyTo) return { oldPath: header.copyFrom, newPath: header.copyTo };
  if (raw.from !== null && raw.to !== null) return stripPrefixes(nameOf(raw.from), nameOf(raw.to));
  const names = raw.git === null ? null : namesOfGitHeader(raw.git);
  return names ? stripPrefixes(names.from, names.to) : { oldPath: null, newPath: null };
}

function statusOf(header: Headers, oldPath: string | null, newPath: string | null): FileStatus {
  if (header.renameFrom !== null) return 'renamed';
  if (header.copyFrom !== null) return 'copied';
  if (header.added || (oldPath === null && newPath !== null)) return 'added';
  if (header.deleted || (newPath === null && oldPath !== null)) return 'deleted';
  return 'modified';
}

function refusal(oldPath: string | null, newPath: string | null, header: Headers): Fault | null {
  if (oldPath === null && newPath === null) {
    return fail('patch/unsafe-path', 'a part of the patch names no file').fault;
  }
  for (const path of [oldPath, newPath]) {
    const why = path === null ? null : unsafePath(path);
    if (why) return fail('patch/unsafe-path', `the patch names ${JSON.stringify(path)}`, why).fault;
  }
  const path = JSON.stringify(newPath ?? oldPath);
  if (header.oldMode === '120000' || header.newMode === '120000')
    return fail('patch/symlink', `${path} is a symbolic link`).fault;
  if (header.oldMode === '160000' || header.newMode === '160000')
    return fail('patch/submodule', `${path} is a submodule`).fault;
  return null;
}

function damage(raw: RawSection, path: string | null): Fault | null {
  const at = raw.hunks.findIndex((h) => h.damage !== null);
  const why = at < 0 ? raw.damage : `hunk ${at + 1}: ${raw.hunks[at]!.damage}`;
  return why ? fail('patch/mangled', `the patch of ${path ?? 'a file'} is damaged`, why).fault : null;
}

function hunk(raw: RawHunk): Hunk {
  return {
    oldStart: raw.oldStart,
    oldLines: raw.oldLines,
    newStart: raw.newStart,
    newLines: raw.newLines,
    section: raw.section,
    lines: hunkLines(raw.lines),
    damage: raw.damage,
  };
}

/** Lets the library read the lines, under a header with the true counts, so that it neither stops early nor late. */
function hunkLines(marked: readonly string[]): HunkLine[] {
  if (marked.length === 0) return [];
  const count = (sides: string): number => marked.filter((line) => sides.includes(line[0]!)).length;
  const text = ['--- a/f', '+++ b/f', `@@ -1,${count(' -')} +1,${count(' +')} @@`, ...marked].join('\n');
  const lines: HunkLine[] = [];
  for (const change of parseHunks(text)[0]?.chunks[0]?.changes ?? []) {
    const { content } = change;
    if (content.startsWith('\\')) {
      const last = lines.pop();
      if (last) lines.push({ ...last, noNewline: true });
      continue;
    }
    const kind = change.type === 'add' ? '+' : change.type === 'del' ? '-' : ' ';
    lines.push({ kind, text: content.slice(1) });
  }
  return lines;
}
