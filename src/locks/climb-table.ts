import type { Acquisition } from './summary.ts';

/** A function met on a walk upwards: position of its row. */
type Row = number;

/** How the functions of a finished walk reach what they were started for. */
export interface Trail {
  /** Function of a row, the row below it (-1 where the walk began), and the call that leads there. */
  readonly fns: Int32Array;
  readonly below: Int32Array;
  readonly words: Int32Array;
  readonly lines: Int32Array;
}

/**
 * The functions met on one walk, as rows of plain numbers. A walk meets twenty thousand of them: as objects in a map they
 * took most of its time. Laid out once for a tree, and used by one walk after the other.
 */
export class ClimbTable {
  fns: Int32Array = new Int32Array(FIRST);
  below: Int32Array = new Int32Array(FIRST);
  words: Int32Array = new Int32Array(FIRST);
  lines: Int32Array = new Int32Array(FIRST);
  done: Uint8Array = new Uint8Array(FIRST);
  costs: Float64Array = new Float64Array(FIRST);
  readonly taken: Acquisition[] = [];
  readonly dropped: (readonly number[])[] = [];
  count = 0;
  /** Used by a walk that has not ended yet. */
  busy = false;
  /** Row of a function; what an earlier walk left here is told by the row, which names another function. */
  private readonly places: Int32Array;

  constructor(functions: number) {
    this.places = new Int32Array(functions);
  }

  get functions(): number {
    return this.places.length;
  }

  /** Row of a function, -1 when the walk has not met it. */
  find(fn: number): Row {
    const row = this.places[fn] as number;
    return row < this.count && this.fns[row] === fn ? row : -1;
  }

  /** A new row for a function that has none. */
  add(fn: number): Row {
    const row = this.count++;
    if (row === this.fns.length) this.widen();
    this.fns[row] = fn;
    this.done[row] = 0;
    this.places[fn] = row;
    return row;
  }

  /** What leads from each row to the start, for after the walk. */
  trail(): Trail {
    const { count } = this;
    return {
      fns: this.fns.slice(0, count),
      below: this.below.slice(0, count),
      words: this.words.slice(0, count),
      lines: this.lines.slice(0, count),
    };
  }

  private widen(): void {
    const wider = <A extends Int32Array | Uint8Array | Float64Array>(from: A, to: A): A => {
      to.set(from);
      return to;
    };
    const size = this.fns.length * 2;
    this.fns = wider(this.fns, new Int32Array(size));
    this.below = wider(this.below, new Int32Array(size));
    this.words = wider(this.words, new Int32Array(size));
    this.lines = wider(this.lines, new Int32Array(size));
    this.done = wider(this.done, new Uint8Array(size));
    this.costs = wider(this.costs, new Float64Array(size));
  }
}

const FIRST = 1 << 12;
