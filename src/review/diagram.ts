import type { ChainStep, WitnessPath } from './review.ts';

const WIDTH = 78;
const INDENT = 4;
const GAP = 2;
const WAITS = '  <-- WAITS';
/** Rows of one CPU after it holds its first lock; a longer chain is elided in the middle. */
const MAX_ROWS = 6;
/** Minimal cycles have two to four classes; five columns still leave each room for its marker. */
const MAX_CPUS = 5;

interface Row {
  readonly text: string;
  readonly depth: number;
  /** Kept when a chain is elided: the lock, a slot boundary, the waiting call and who makes it. */
  readonly keep: boolean;
}

interface Column {
  readonly entry: string;
  /** Up to and including the first lock. */
  readonly first: readonly Row[];
  /** From there to the call that waits. */
  readonly after: readonly Row[];
}

/**
 * Draws how the paths of a cycle meet: one column a CPU, calls in time order nested by two spaces, first every CPU takes
 * its first lock, then each waits. The style is that of the tables in the kernel's maintainer-tip documentation.
 * Plain ASCII, at most 78 columns, four-space indent, lines joined by `\n` without one at the end.
 *
 * @example
 * drawDiagram(removeStore, unbindStore);
 * //     CPU0 (remove_store)             CPU1 (unbind_store)
 * //     -------------------             -------------------
 * //     pci_lock_rescan_remove()
 * //                                     device_lock()
 * //                                     …
 */
export function drawDiagram(...paths: readonly WitnessPath[]): string {
  const columns = paths.slice(0, MAX_CPUS).map(column);
  if (columns.length === 0) return '';
  const offsets = place(columns);
  const heads = columns.map((c, cpu) => `CPU${cpu} (${c.entry})`);
  const lines = headings(heads, columns, offsets);
  columns.forEach((c, cpu) => {
    for (const row of c.first) lines.push(at(offsets[cpu] ?? 0, squeeze(row, offsets[cpu] ?? 0)));
  });
  // The CPU that took its lock last goes on first, so that its calls stay together, as in hand-drawn tables.
  for (let cpu = columns.length - 1; cpu >= 0; cpu--) {
    for (const row of columns[cpu]?.after ?? []) lines.push(at(offsets[cpu] ?? 0, squeeze(row, offsets[cpu] ?? 0)));
  }
  return lines.map((line) => (' '.repeat(INDENT) + line).trimEnd()).join('\n');
}

function column(path: WitnessPath): Column {
  const entry = path.chain[0];
  const step = path.acquire ? Math.min(path.acquire.step, Math.max(path.chain.length - 1, 0)) : -1;
  // Of the way to the first lock only the function that takes it counts; the entry stands in the heading.
  const holder = step > 0 ? path.chain[step] : undefined;
  const base = holder ? 1 : 0;
  const first: Row[] = holder ? [callRow(holder, 0)] : [];
  const lock = path.acquire ? call(path.acquire.call, path.holds, path.wait?.call) : `[holds ${ascii(path.holds)}]`;
  first.push({ text: lock, depth: base, keep: true });

  const from = Math.max(step + 1, 1);
  const after: Row[] = path.chain.slice(from).map((s, i) => callRow(s, base + i));
  const last = path.chain.at(-1);
  if (path.wait && (!last || after.length === 0 || bare(path.wait.call) !== ascii(last.function))) {
    after.push({
      text: call(path.wait.call, path.waits, path.acquire?.call),
      depth: base + Math.max(0, path.wait.step - from + 1),
      keep: true,
    });
  }
  const end = after.pop() ?? { text: `[waits for ${ascii(path.waits)}]`, depth: base, keep: true };
  after.push({ text: end.text + WAITS, depth: end.depth, keep: true });
  return { entry: entry ? ascii(entry.function) : '?', first, after: elide(after) };
}

function callRow(step: ChainStep, depth: number): Row {
  const name = `${ascii(step.function)}()`;
  if (step.via === 'call' || step.via === 'entry') return { text: name, depth, keep: false };
  const field = step.slot?.split('.').at(-1);
  const label = field ? `.${ascii(field)} = ` : 'callback ';
  return { text: label + name, depth, keep: true };
}

/** `mutex_lock` says nothing when it takes both locks: then the class is named as its argument. */
function call(text: string, lockClass: string, other: string | undefined): string {
  const clean = ascii(text);
  if (clean.includes('(')) return clean;
  return bare(other ?? '') === clean ? `${clean}(${ascii(lockClass)})` : `${clean}()`;
}

function bare(text: string): string {
  return ascii(text).split('(')[0] ?? '';
}

/** Keeps the first call, what is marked, and the last two; a run of the others becomes one `...`. Nesting closes up. */
function elide(rows: readonly Row[]): Row[] {
  const base = rows[0]?.depth ?? 0;
  if (rows.length <= MAX_ROWS) return rows.map((row) => ({ ...row, depth: row.depth }));
  let room = MAX_ROWS - 3;
  const kept = rows.map((row, i) => {
    if (i === 0 || i >= rows.length - 2) return true;
    if (row.keep && room > 0) {
      room--;
      return true;
    }
    return false;
  });
  const out: Row[] = [];
  rows.forEach((row, i) => {
    const siblings = i > 0 && rows[i - 1]?.depth === row.depth;
    const depth = out.length === 0 ? base : (out.at(-1)?.depth ?? 0) + (siblings ? 0 : 1);
    if (kept[i]) out.push({ ...row, depth });
    else if (out.at(-1)?.text !== '...') out.push({ text: '...', depth, keep: false });
  });
  return out;
}

/**
 * Where each column begins. Rows of different CPUs never share a line, so a column may reach under the next one's
 * rows; only the width of the page binds.
 */
function place(columns: readonly Column[]): number[] {
  const room = WIDTH - INDENT;
  const widths = columns.map((c) => Math.max(...[...c.first, ...c.after].map((r) => r.depth * 2 + r.text.length)));
  const heads = columns.map((c) => c.entry.length + 'CPU0 ()'.length);
  const offsets = [0];
  for (let cpu = 1; cpu < columns.length; cpu++) {
    const wanted = (offsets[cpu - 1] ?? 0) + Math.max(widths[cpu - 1] ?? 0, heads[cpu - 1] ?? 0) + GAP;
    const mine = Math.max(widths[cpu] ?? 0, heads[cpu] ?? 0);
    const share = Math.floor((room * cpu) / columns.length);
    offsets.push(Math.min(wanted, columns.length === 2 ? Math.max(room - mine, 12) : share));
  }
  return offsets;
}

function headings(heads: readonly string[], columns: readonly Column[], offsets: readonly number[]): string[] {
  const roomy = heads.every((head, i) => {
    const end = i + 1 < heads.length ? (offsets[i + 1] ?? 0) - GAP : WIDTH - INDENT;
    return (offsets[i] ?? 0) + head.length <= end;
  });
  if (roomy)
    return [
      sideBySide(heads, offsets),
      sideBySide(
        heads.map((h) => '-'.repeat(h.length)),
        offsets,
      ),
    ];
  const cpus = heads.map((_, cpu) => `CPU${cpu}`);
  return [
    sideBySide(cpus, offsets),
    sideBySide(
      cpus.map((c) => '-'.repeat(c.length)),
      offsets,
    ),
    ...columns.map((c, i) =>
      at(offsets[i] ?? 0, squeeze({ text: `[${c.entry}()]`, depth: 0, keep: true }, offsets[i] ?? 0)),
    ),
  ];
}

function sideBySide(cells: readonly string[], offsets: readonly number[]): string {
  return cells.reduce((line, cell, i) => line.padEnd(offsets[i] ?? 0) + cell, '');
}

function at(offset: number, text: string): string {
  return ' '.repeat(offset) + text;
}

/** Puts a row into what is left of the page: less indent first, then a shorter name; the marker is never cut. */
function squeeze(row: Row, offset: number): string {
  const room = WIDTH - INDENT - offset;
  const indent = Math.max(0, Math.min(row.depth * 2, room - row.text.length));
  if (indent + row.text.length <= room) return ' '.repeat(indent) + row.text;
  const mark = row.text.endsWith(WAITS) ? WAITS : '';
  const name = row.text.slice(0, row.text.length - mark.length);
  return `${name.slice(0, Math.max(room - mark.length - 2, 1))}..${mark}`;
}

/** Names come from hostile files; a table in fixed columns can hold printable ASCII only. */
function ascii(text: string): string {
  return text.slice(0, 200).replace(/[^\x20-\x7e]/g, '?');
}
