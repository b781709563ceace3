import type { ProgressEvent } from '../review/index.ts';
import type { Sink } from './surroundings.ts';

/** A progress line on a terminal: `report` draws it, `clear` takes it away before anything else is written. */
export interface Progress {
  readonly report: (event: ProgressEvent) => void;
  readonly clear: () => void;
}

const SILENT: Progress = { report: () => {}, clear: () => {} };
/** Redrawing oftener than this only costs time. */
const EVERY_MS = 80;

/**
 * Progress for a stream of errors: a bar on a terminal, nothing anywhere else.
 *
 * @example
 * const progress = createProgress(surroundings.stderr, { quiet: false }, () => performance.now());
 */
export function createProgress(sink: Sink, options: { readonly quiet: boolean }, now: () => number): Progress {
  if (options.quiet || !sink.isTerminal) return SILENT;
  let drawn = false;
  let last = Number.NEGATIVE_INFINITY;
  let phase = '';
  let begun = now();
  return {
    report(event) {
      const time = now();
      if (event.phase !== phase) begun = time;
      const over = event.total !== null && event.done >= event.total;
      if (event.phase === phase && time - last < EVERY_MS && !over) return;
      phase = event.phase;
      last = time;
      drawn = true;
      const note = event.note ?? speed(event, (time - begun) / 1000);
      sink.write(`\r\u001b[K${progressLine(note === '' ? event : { ...event, note }, sink.columns ?? 80)}`);
    },
    clear() {
      if (drawn) sink.write('\r\u001b[K');
      drawn = false;
    },
  };
}

/** `index    [######----] 61 %  drivers/pci`, at most one column short of the width, so that it never wraps. */
export function progressLine(event: ProgressEvent, columns: number): string {
  const label = printable(event.phase).padEnd(8);
  const note = event.note === undefined ? '' : `  ${printable(event.note)}`;
  const line =
    event.total === null || event.total <= 0 ? `${label} ${event.done}` : `${label} ${bar(event.done / event.total)}`;
  return `${line}${note}`.slice(0, Math.max(columns - 1, 1));
}

/** `5120 files/s, 96 MB/s, 12 s left`, once there is something to go by. */
export function speed(event: ProgressEvent, seconds: number): string {
  if (event.bytes === undefined || event.total === null || event.done === 0 || seconds < 1) return '';
  const left = Math.ceil((seconds / event.done) * (event.total - event.done));
  return `${Math.round(event.done / seconds)} files/s, ${Math.round(event.bytes / 1e6 / seconds)} MB/s, ${left} s left`;
}

function bar(share: number): string {
  const part = Math.max(0, Math.min(1, share));
  const filled = Math.floor(part * 24);
  return `[${'#'.repeat(filled)}${'-'.repeat(24 - filled)}] ${String(Math.floor(part * 100)).padStart(3)} %`;
}

/** A note is often a file name of the tree under review. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
