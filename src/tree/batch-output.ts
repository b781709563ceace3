/**
 * Splits what `git cat-file --batch` prints into objects: `<id> <type> <size>\n<bytes>\n`, or `<id> missing\n`.
 *
 * Chunks may end anywhere. An object above `limit` bytes is passed over and given as null, like a missing one.
 */
export class BatchOutput {
  readonly #limit: number;
  readonly #object: (bytes: Uint8Array | null) => void;
  #header = '';
  /** Bytes of the present object still to come, with the line feed behind it; 0 while a header is read. */
  #left = 0;
  #body: Uint8Array | null = null;
  #filled = 0;

  constructor(limit: number, object: (bytes: Uint8Array | null) => void) {
    this.#limit = limit;
    this.#object = object;
  }

  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#left > 0 ? this.#readBody(chunk, at) : this.#readHeader(chunk, at);
  }

  #readHeader(chunk: Buffer, at: number): number {
    const end = chunk.indexOf(0x0a, at);
    this.#header += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
    if (end < 0) return chunk.length;
    const size = /^[0-9a-f]+ [a-z]+ ([0-9]+)$/.exec(this.#header)?.[1];
    this.#header = '';
    if (size === undefined) {
      this.#object(null);
      return end + 1;
    }
    this.#left = Number(size) + 1;
    this.#filled = 0;
    this.#body = Number(size) > this.#limit ? null : new Uint8Array(Number(size));
    return end + 1;
  }

  #readBody(chunk: Buffer, at: number): number {
    const take = Math.min(this.#left, chunk.length - at);
    if (this.#body) {
      // The last byte of what is left is git's line feed, not the object's.
      const wanted = Math.min(take, this.#body.length - this.#filled);
      this.#body.set(chunk.subarray(at, at + wanted), this.#filled);
      this.#filled += wanted;
    }
    this.#left -= take;
    if (this.#left === 0) this.#object(this.#body);
    return at + take;
  }
}
