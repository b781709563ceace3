/**
 * A column of 32-bit words. One that was read from a file, or forked from another, is never written in place: what changes
 * is kept beside it, so that a fork costs nothing.
 */
export class Column {
  private base: Int32Array;
  private baseLength: number;
  private tail: Int32Array;
  private tailLength = 0;
  private patched: Map<number, number> | null = null;

  constructor(stored?: Int32Array) {
    this.base = stored ?? EMPTY;
    this.baseLength = this.base.length;
    this.tail = EMPTY;
  }

  get length(): number {
    return this.baseLength + this.tailLength;
  }

  /** A column with the same content whose changes are its own. */
  fork(): Column {
    const copy = new Column();
    copy.base = this.base;
    copy.baseLength = this.baseLength;
    copy.tail = this.tail.slice(0, this.tailLength);
    copy.tailLength = this.tailLength;
    copy.patched = this.patched ? new Map(this.patched) : null;
    return copy;
  }

  push(value: number): number {
    if (this.tailLength === this.tail.length) this.widen(this.tailLength + 1);
    this.tail[this.tailLength++] = value;
    return this.length - 1;
  }

  at(index: number): number {
    if (index >= this.baseLength) return this.tail[index - this.baseLength] as number;
    if (this.patched !== null) {
      const own = this.patched.get(index);
      if (own !== undefined) return own;
    }
    return this.base[index] as number;
  }

  /** For columns indexed by id that are filled late: -1 where nothing was put. */
  find(index: number): number {
    return index >= 0 && index < this.length ? this.at(index) : -1;
  }

  put(index: number, value: number): void {
    if (index < this.baseLength) {
      this.patched ??= new Map();
      this.patched.set(index, value);
      return;
    }
    const at = index - this.baseLength;
    if (at >= this.tail.length) this.widen(at + 1);
    if (at >= this.tailLength) {
      this.tail.fill(-1, this.tailLength, at);
      this.tailLength = at + 1;
    }
    this.tail[at] = value;
  }

  /** All words in one piece. */
  stored(): Int32Array {
    if (this.baseLength === 0) return this.tail.slice(0, this.tailLength);
    if (this.tailLength === 0 && this.patched === null) return this.base;
    const out = new Int32Array(this.length);
    out.set(this.base);
    out.set(this.tail.subarray(0, this.tailLength), this.baseLength);
    if (this.patched) for (const [index, value] of this.patched) out[index] = value;
    return out;
  }

  private widen(least: number): void {
    const wider = new Int32Array(Math.max(64, this.tail.length * 2, least));
    wider.set(this.tail.subarray(0, this.tailLength));
    this.tail = wider;
  }
}

const EMPTY = new Int32Array(0);
