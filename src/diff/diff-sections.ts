/** A hunk as it stands in the text: the header's numbers and the raw lines that belong to it. */
export interface RawHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly section: string;
  /** Marked lines, each beginning with ` `, `-`, `+` or `\`; a blank line that lost its space has it back. */
  readonly lines: readonly string[];
  /** What is wrong with the counts, or null. */
  readonly damage: string | null;
}

/** The part of a diff that belongs to one file. */
export interface RawSection {
  /** What follows `diff --git `, or null for a traditional diff. */
  readonly git: string | null;
  /** `index`, mode, rename and similarity lines. */
  readonly headers: readonly string[];
  readonly from: string | null;
  readonly to: string | null;
  readonly binary: boolean;
  readonly hunks: readonly RawHunk[];
  /** The line after the header at which reading stopped without a hunk where one was due, or null. */
  readonly damage: string | null;
}

const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@(.*)$/;
const EXTENDED =
  /^(?:index |old mode |new mode |new file mode |deleted file mode |similarity |dissimilarity |rename |copy )/;

/**
 * Cuts a diff into its files, in one pass: everything before the first file, between the files and after the last hunk
 * (mail signature, `base-commit:`) is left out. The counts of the hunk headers decide what is a hunk's line, so a
 * damaged hunk never swallows the file that follows it.
 */
export function diffSections(text: string): RawSection[] {
  const lines = text.split('\n');
  const sections: RawSection[] = [];
  let open: { -readonly [K in keyof RawSection]: RawSection[K] } & { headers: string[]; hunks: RawHunk[] } =
    blank(null);
  let started = false;
  const close = (): void => {
    if (started) sections.push(open);
    started = false;
  };
  for (let i = 0; i < lines.length; ) {
    const line = lines[i]!;
    if (line.startsWith('diff --git ')) {
      close();
      open = blank(line.slice(11));
      started = true;
      i++;
    } else if (line.startsWith('--- ') && lines[i + 1]?.startsWith('+++ ')) {
      if (!started || open.git === null || open.from !== null) {
        // A traditional diff: only a hunk makes it one, for prose may hold such lines too.
        if (!HUNK.test(chomp(lines[i + 2] ?? ''))) {
          i++;
          continue;
        }
        close();
        open = blank(null);
        started = true;
      }
      open.from = line.slice(4);
      open.to = lines[i + 1]!.slice(4);
      i += 2;
      if (!HUNK.test(chomp(lines[i] ?? ''))) open.damage = 'the names are not followed by a hunk';
    } else if (started && line.startsWith('@@ -') && open.from !== null) {
      const { hunk, next } = readHunk(lines, i);
      if (hunk) open.hunks.push(hunk);
      else open.damage ??= `line ${i + 1} is not a hunk header`;
      i = next;
    } else if (started && open.hunks.length === 0 && /^(?:GIT binary patch|Binary files )/.test(line)) {
      open.binary = true;
      while (i < lines.length && !lines[i]!.startsWith('diff --git ')) i++;
    } else {
      if (started && open.from === null && EXTENDED.test(line)) open.headers.push(chomp(line));
      i++;
    }
  }
  close();
  return sections;
}

function blank(git: string | null) {
  const headers: string[] = [];
  const hunks: RawHunk[] = [];
  return {
    git,
    headers,
    from: null as string | null,
    to: null as string | null,
    binary: false,
    hunks,
    damage: null as string | null,
  };
}

const chomp = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line);

/** Reads the hunk whose header is line `at`; the counts say where it ends, unless a line cannot be of a hunk. */
function readHunk(lines: readonly string[], at: number): { hunk: RawHunk | null; next: number } {
  const header = HUNK.exec(chomp(lines[at]!));
  if (!header) return { hunk: null, next: at + 1 };
  const [, oldStart, oldCount = '1', newStart, newCount = '1', section = ''] = header;
  let oldLeft = Number(oldCount);
  let newLeft = Number(newCount);
  const body: string[] = [];
  let i = at + 1;
  for (; i < lines.length && (oldLeft > 0 || newLeft > 0 || lines[i]!.startsWith('\\')); i++) {
    const line = lines[i]!;
    const mark = line[0] ?? ' ';
    if (mark === '\\') {
      body.push('\\ No newline at end of file');
      continue;
    }
    if (line === '' && i === lines.length - 1) break;
    if (isSignature(lines, i)) break;
    // Mail software strips trailing blanks: `\r` alone and nothing at all are empty context, as for `git apply`.
    if (mark === ' ' || mark === '\r') {
      if (oldLeft === 0 || newLeft === 0) break;
      oldLeft--;
      newLeft--;
    } else if (mark === '-') {
      if (oldLeft-- === 0) break;
    } else if (mark === '+') {
      if (newLeft-- === 0) break;
    } else break;
    body.push(mark === '\r' || line === '' ? ` ${line}` : line);
  }
  oldLeft = Math.max(0, oldLeft);
  newLeft = Math.max(0, newLeft);
  const next = lines[i];
  let damage: string | null = null;
  if (oldLeft > 0 || newLeft > 0) {
    damage = `the header promises ${oldLeft} more old and ${newLeft} more new lines than there are`;
  } else if (next !== undefined && /^[-+ ]/.test(next) && next.trim() !== '' && !isEnd(lines, i)) {
    damage = 'more lines follow than the header promises';
  }
  const hunk = {
    oldStart: Number(oldStart),
    oldLines: Number(oldCount),
    newStart: Number(newStart),
    newLines: Number(newCount),
    section: section.trim(),
    lines: body,
    damage,
  };
  return { hunk, next: i };
}

/** `-- ` and the version that git writes below a mail, with nothing but blank lines after it in sight. */
function isSignature(lines: readonly string[], at: number): boolean {
  const line = chomp(lines[at]!);
  return (line === '-- ' || line === '--') && /^\d+\.\d+/.test(lines[at + 1] ?? '');
}

/** What may follow a whole hunk although it begins like a hunk line: the next names, a signature, a rule. */
function isEnd(lines: readonly string[], at: number): boolean {
  const line = chomp(lines[at]!);
  return /^--(?:-|\s)?\s*$/.test(line) || (line.startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ '));
}
