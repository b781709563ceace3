/** The diff found in a text: its lines, and what stands before and after. */
export interface DiffText {
  readonly before: string;
  readonly diff: string;
  /** Text between and after the file diffs: the signature, `base-commit:` lines. */
  readonly after: string;
  readonly defect: string | null;
}

const EXTENDED =
  /^(?:index [0-9a-f]|old mode |new mode |new file mode |deleted file mode |similarity index |dissimilarity index |rename (?:from|to|old|new) |copy (?:from|to) |Binary files |(?:RCS file|retrieving revision):? |={60,})/;

/**
 * Cuts the unified diff out of a text. Hunks are followed by the line counts of their headers, so that a signature
 * (`-- `), a footer of a mailing list or text between two files is never taken for a removed line. The text is kept as it
 * stands, but for the space of empty context lines, which is given back.
 */
export function cutDiff(text: string): DiffText {
  const lines = text.split('\n');
  let at = findDiff(lines, 0);
  if (at < 0) return { before: text, diff: '', after: '', defect: null };
  const before = lines.slice(0, at).join('\n');
  const diff: string[] = [];
  const after: string[] = [];
  let defect: string | null = null;
  while (at >= 0) {
    const end = fileDiffEnd(lines, at);
    if (end.defect) defect ??= end.defect;
    diff.push(...lines.slice(at, end.at));
    const following = findDiff(lines, end.at);
    after.push(...lines.slice(end.at, following < 0 ? lines.length : following));
    at = following;
  }
  return { before, diff: `${diff.join('\n')}\n`, after: after.join('\n'), defect };
}

/** Whether a text holds a diff that is not quoted. */
export function hasDiff(text: string): boolean {
  return findDiff(text.split('\n'), 0) >= 0;
}

function findDiff(lines: readonly string[], from: number): number {
  for (let i = from; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith('diff --git ')) return i;
    if (line.startsWith('Index: ') && /^=+$/.test(lines[i + 1] ?? '')) return i;
    const plain = /^diff -/.test(line) ? i + 1 : i;
    if (isOldName(lines[plain]) && lines[plain + 1]?.startsWith('+++ ') && /^@@ -\d/.test(lines[plain + 2] ?? ''))
      return i;
  }
  return -1;
}

function isOldName(line: string | undefined): boolean {
  return line?.startsWith('--- ') === true && line.length > 4;
}

/** The end of the diff of one file that starts at `at`. */
function fileDiffEnd(lines: string[], at: number): { at: number; defect: string | null } {
  let i = at;
  if (/^(?:diff -|Index: )/.test(lines[i]!)) i++;
  while (i < lines.length && EXTENDED.test(lines[i]!)) i++;
  if (lines[i] === 'GIT binary patch') return { at: binaryEnd(lines, i + 1), defect: null };
  if (isOldName(lines[i]) && lines[i + 1]?.startsWith('+++ ')) i += 2;
  else return { at: i, defect: null };
  let defect: string | null = null;
  while (i < lines.length) {
    const hunk = /^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(lines[i]!);
    if (!hunk) break;
    const end = hunkEnd(lines, i + 1, Number(hunk[1] ?? 1), Number(hunk[2] ?? 1));
    i = end.at;
    if (end.defect) {
      defect ??= end.defect;
      // The counts are wrong or lines are wrapped: the rest of the damaged hunk stays with the diff.
      while (
        i < lines.length &&
        !/^(?:@@ -\d|diff --git |-- $|--$)/.test(lines[i]!) &&
        !(lines[i] === '' && !/^[ +\-\\]/.test(lines[i + 1] ?? ''))
      )
        i++;
    }
  }
  return { at: i, defect };
}

function hunkEnd(
  lines: string[],
  from: number,
  oldLines: number,
  newLines: number,
): { at: number; defect: string | null } {
  let i = from;
  let removed = oldLines;
  let added = newLines;
  while (i < lines.length && (removed > 0 || added > 0)) {
    const line = lines[i]!;
    if (line.startsWith('diff --git ') || line.startsWith('@@ -'))
      return { at: i, defect: 'a hunk of the diff is shorter than its header says' };
    const kind = line === '' ? ' ' : line[0];
    if (line === '' && i === lines.length - 1) break;
    if (kind === ' ') {
      // A mailer took the only space of an empty context line; `git patch-id` and parsers of diffs need it.
      if (line === '') lines[i] = ' ';
      removed--;
      added--;
    } else if (kind === '-') removed--;
    else if (kind === '+') added--;
    else if (kind !== '\\') return { at: i, defect: 'a line of the diff is damaged (wrapped by the mailer?)' };
    i++;
  }
  if (removed > 0 || added > 0) return { at: i, defect: 'the diff ends inside a hunk: it is cut off' };
  if (removed < 0 || added < 0) return { at: i, defect: 'a hunk of the diff is longer than its header says' };
  if (lines[i]?.startsWith('\\ ')) i++;
  return { at: i, defect: null };
}

function binaryEnd(lines: readonly string[], from: number): number {
  let i = from;
  while (i < lines.length && /^(?:literal \d+|delta \d+|[A-Za-z][!-~]{5,70}|)$/.test(lines[i]!)) i++;
  return i;
}
