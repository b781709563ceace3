import type { ChainStep, LockSite, WitnessPath } from '../review/index.ts';
import { clean } from './clean.ts';
import { displayWidth, pad } from './display-width.ts';
import type { Paint } from './paint.ts';

interface Line {
  readonly text: string;
  readonly place: string;
  readonly mark: 'call' | 'lock' | 'wait';
}

/**
 * A witness path as an indented call chain, one call a line with its file and line, the lock taken and the lock waited
 * for where they happen; a maintainer can follow it with grep.
 *
 * @example
 * chainText(path, 80, paint(false)); // ['unbind_store()          drivers/base/bus.c:218', …]
 */
export function chainText(path: WitnessPath, width: number, colors: Paint): string[] {
  const roomy = chainLines(path, 2);
  const lines = broad(roomy) <= width ? roomy : chainLines(path, 1);
  const widest = Math.max(0, ...lines.map((l) => displayWidth(l.text)));
  const places = Math.max(0, ...lines.map((l) => displayWidth(l.place)));
  const left = Math.min(widest, Math.max(width - places - 2, 24));
  return lines.map((line) => {
    const text =
      line.mark === 'lock' ? colors.note(line.text) : line.mark === 'wait' ? colors.bad(line.text) : line.text;
    const gap = pad(line.text, left).slice(line.text.length);
    return line.place === '' ? text : `${text}${gap}  ${colors.quiet(line.place)}`;
  });
}

function broad(lines: readonly Line[]): number {
  return Math.max(0, ...lines.map((l) => displayWidth(l.text) + 2 + displayWidth(l.place)));
}

function chainLines(path: WitnessPath, deep: number): Line[] {
  const lines: Line[] = [];
  path.chain.forEach((step, i) => {
    const indent = ' '.repeat(Math.min(i * deep, 40));
    lines.push({ text: `${indent}${reached(step)}`, place: place(step.file, step.line), mark: 'call' });
    const inside = indent + ' '.repeat(deep);
    if (path.acquire && path.acquire.step === i)
      lines.push(site(inside, 'takes', path.holds, path.acquire, step.file, 'lock'));
    if (i < path.chain.length - 1) return;
    if (path.wait) lines.push(site(inside, 'waits for', path.waits, path.wait, step.file, 'wait'));
    else lines.push({ text: `${inside}${unfinished(path)}`, place: '', mark: 'wait' });
  });
  if (!path.acquire && lines.length > 0)
    lines.unshift({ text: `with ${clean(path.holds)} held`, place: '', mark: 'lock' });
  return lines;
}

function reached(step: ChainStep): string {
  const name = `${clean(step.function)}()`;
  if (step.via === 'slot') return `${name} by ${clean(step.slot ?? 'a slot')}`;
  if (step.via === 'callback') return `${name} as callback${step.slot ? ` ${clean(step.slot)}` : ''}`;
  return name;
}

/** The file is named only where it is another one than that of the function on the line above. */
function site(indent: string, verb: string, lock: string, at: LockSite, file: string, mark: 'lock' | 'wait'): Line {
  const call = clean(at.call);
  const by = call === '' ? '' : ` by ${call.includes('(') ? call : `${call}()`}`;
  return {
    text: `${indent}${verb} ${clean(lock)}${by}`,
    place: at.file === file ? place('', at.line) : place(at.file, at.line),
    mark,
  };
}

/** The last line of a path whose last function is itself the call that waits, or that ends otherwise. */
function unfinished(path: WitnessPath): string {
  if (path.waits === 'exit') return `returns with ${clean(path.holds)} held`;
  if (path.waits === 'sleep') return `sleeps with ${clean(path.holds)} held`;
  if (path.waits.startsWith('ctx:')) return `may be interrupted here (${clean(path.waits)})`;
  return `waits for ${clean(path.waits)}`;
}

function place(file: string, line: number): string {
  return line > 0 ? `${clean(file)}:${line}` : clean(file);
}
