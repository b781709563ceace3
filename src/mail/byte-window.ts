/** A growing window over a stream of bytes: chunks are appended at its end, what was read is dropped from its start. */
export class ByteWindow {
  #buffer = Buffer.alloc(1 << 16);
  #start = 0;
  #end = 0;

  /** The bytes at hand; valid until the next `append`. */
  get bytes(): Buffer {
    return this.#buffer.subarray(this.#start, this.#end);
  }

  get length(): number {
    return this.#end - this.#start;
  }

  append(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const needed = this.length + chunk.length;
      const target = needed * 2 > this.#buffer.length ? Buffer.alloc(needed * 2) : this.#buffer;
      this.#buffer.copy(target, 0, this.#start, this.#end);
      this.#end = this.length;
      this.#start = 0;
      this.#buffer = target;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  /** Drops the first `count` bytes. */
  drop(count: number): void {
    this.#start += count;
  }
}
