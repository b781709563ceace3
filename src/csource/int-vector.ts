/** A growable list of 32-bit integers: the only container of the hot path, so that no object is made per token. */
export class IntVector {
  data: Int32Array;
  length = 0;

  constructor(capacity = 256) {
    this.data = new Int32Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.data.length) this.grow();
    this.data[this.length++] = value;
  }

  push3(first: number, second: number, third: number): void {
    if (this.length + 3 > this.data.length) this.grow();
    const { data } = this;
    const at = this.length;
    data[at] = first;
    data[at + 1] = second;
    data[at + 2] = third;
    this.length = at + 3;
  }

  at(index: number): number {
    return this.data[index] as number;
  }

  clear(): void {
    this.length = 0;
  }

  slice(): Int32Array {
    return this.data.slice(0, this.length);
  }

  private grow(): void {
    const wider = new Int32Array(this.data.length * 2);
    wider.set(this.data);
    this.data = wider;
  }
}
