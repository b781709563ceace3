// Writes a part of docs/benchmark.md between its markers. The last column of a table, the cause, is written by hand: it is
// taken over for rows whose first cell stays the same.
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../docs/benchmark.md', import.meta.url);
const UNKNOWN = 'not looked at yet';

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->`. */
export function writeSection(name, text) {
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(before);
  const to = page.indexOf(after);
  if (from < 0 || to < from) throw new Error(`docs/benchmark.md has no section ${name}`);
  writeFileSync(PAGE, `${page.slice(0, from + before.length)}\n\n${text.trim()}\n\n${page.slice(to)}`);
}

/** Causes written by hand, by the first cell of their row, over the whole page. */
export function knownCauses() {
  const causes = new Map();
  let isCausal = false;
  for (const line of readFileSync(PAGE, 'utf8').split('\n')) {
    if (!line.startsWith('|')) isCausal = false;
    else if (/\| cause \|$/.test(line)) isCausal = true;
    else if (isCausal) {
      const cells = line.split(/(?<!\\)\|/).map((cell) => cell.trim());
      const cause = cells[cells.length - 2];
      if (cause && cause !== UNKNOWN && !/^:?-+:?$/.test(cause)) causes.set(cells[1], cause);
    }
  }
  return causes;
}

/** A table whose last column is the cause, as far as somebody wrote one. */
export function causeTable(head, rows, causes) {
  return table(
    [...head, 'cause'],
    rows.map((row) => [...row, causes.get(escapeCell(row[0])) ?? UNKNOWN]),
  );
}

/** A Markdown table; cells are text. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

function escapeCell(cell) {
  return String(cell ?? '')
    .replace(/(?<!\\)\|/g, '\\|')
    .replace(/\n/g, ' ');
}

/** How often each kind of cause occurs: what stands before the colon. */
export function causeCounts(ids, causes) {
  const counts = new Map();
  for (const id of ids) {
    const group = (causes.get(id) ?? UNKNOWN).split(':')[0];
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

export function percent(part, whole) {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
