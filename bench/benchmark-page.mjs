// Writes a part of docs/benchmark.md between its markers. The last column of a table, the cause, is written by hand: it is
// taken over for rows whose first cell stays the same.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../docs/benchmark.md', import.meta.url);
const UNKNOWN = 'not looked at yet';

/** Replaces what stands between `<!-- name -->` and `<!-- /name -->` in docs/benchmark.md, and says what it was measured on. */
export function writeSection(name, text) {
  writeFileSync(PAGE, withSection(readFileSync(PAGE, 'utf8'), name, `Measured ${today()} ${program()}.\n\n${text}`));
}

function today() {
  return `on ${new Date().toISOString().slice(0, 10)}`;
}

/** The commit of the program, as far as git tells. */
function program() {
  const run = spawnSync('git', ['log', '-1', '--format=%h (%s)', '--', 'src', 'rules'], { encoding: 'utf8' });
  return run.status === 0 && run.stdout ? `at ${run.stdout.trim()}` : 'outside a repository';
}

/** Causes written by hand in docs/benchmark.md, by the first cell of their row. */
export function knownCauses() {
  return causesIn(readFileSync(PAGE, 'utf8'));
}

/** A page with another text in one of its sections. */
export function withSection(page, name, text) {
  const [before, after] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = page.indexOf(before);
  const to = page.indexOf(after);
  if (from < 0 || to < from) throw new Error(`docs/benchmark.md has no section ${name}`);
  return `${page.slice(0, from + before.length)}\n\n${text.trim()}\n\n${page.slice(to)}`;
}

/** The last cells of all tables whose last column is `cause`, by their first cell, as far as somebody wrote one. */
export function causesIn(page) {
  const causes = new Map();
  let isCausal = false;
  for (const line of page.split('\n')) {
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
