/** A column of 32-bit words that may lie on stored memory and grows by copying only when something is added. */
export class Column {
  data: Int32Array;
  length: number;
  private shared = false;

  constructor(stored?: Int32Array) {
    this.data = stored ?? new Int32Array(256);
    this.length = stored ? stored.length : 0;
  }

  /** A column with the same content whose changes are its own; copies on the first write. */
  fork(): Column {
    const copy = new Column(this.data);
    copy.length = this.length;
    copy.shared = true;
    return copy;
  }

  push(value: number): number {
    if (this.shared || this.length >= this.data.length) this.widen(this.length + 1);
    this.data[this.length] = value;
    return this.length++;
  }

  at(index: number): number {
    return this.data[index] as number;
  }

  /** For columns indexed by id that are filled late: -1 where nothing was put. */
  find(index: number): number {
    return index >= 0 && index < this.length ? (this.data[index] as number) : -1;
  }

  put(index: number, value: number): void {
    if (this.shared || index >= this.data.length) this.widen(index + 1);
    if (index >= this.length) {
      this.data.fill(-1, this.length, index);
      this.length = index + 1;
    }
    this.data[index] = value;
  }

  stored(): Int32Array {
    return this.length === this.data.length ? this.data : this.data.slice(0, this.length);
  }

  private widen(least: number): void {
    const wider = new Int32Array(Math.max(256, this.length + (this.length >> (this.shared ? 5 : 0)), least));
    wider.set(this.data.subarray(0, this.length));
    this.data = wider;
    this.shared = false;
  }
}
