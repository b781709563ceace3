/** Words of a page, and bytes of a page of bytes: a power of two. */
export const PAGE_SHIFT = 14;
export const PAGE = 1 << PAGE_SHIFT;

/**
 * A long column of which the pages are filled when they are first asked for. Memory that nobody asked for is never touched,
 * so it is not resident either: a review looks at a few hundredths of an index.
 */
export class Pages<A extends Int32Array | Uint8Array = Int32Array> {
  /** The whole column; a page of it holds nothing before it is in `have`. */
  readonly data: A;
  /** 1 for each page that is filled. Whoever reads `data` looks here first, or asks for `need()`. */
  readonly have: Uint8Array;
  private readonly load: ((page: number, from: number, to: number, data: A) => void) | null;
  private missing: number;

  private constructor(
    data: A,
    missing: number,
    load: ((page: number, from: number, to: number, data: A) => void) | null,
  ) {
    this.data = data;
    this.load = load;
    this.missing = missing;
    this.have = new Uint8Array(missing > 0 ? missing : pagesOf(data.length));
    if (missing === 0) this.have.fill(1);
  }

  /** A column that is all there; itself when it is one of pages. */
  static of(data: Int32Array | Pages): Pages;
  static of(data: Uint8Array | Pages<Uint8Array>): Pages<Uint8Array>;
  static of(data: Int32Array | Uint8Array | Pages | Pages<Uint8Array>): Pages | Pages<Uint8Array> {
    if (data instanceof Pages) return data;
    return data instanceof Int32Array ? new Pages<Int32Array>(data, 0, null) : new Pages<Uint8Array>(data, 0, null);
  }

  /** Words in memory that threads can share; `load` puts the words `[from, to)` of a page in their place. */
  static words(length: number, load: (page: number, from: number, to: number, data: Int32Array) => void): Pages {
    return new Pages<Int32Array>(new Int32Array(new SharedArrayBuffer(length * 4)), pagesOf(length), load);
  }

  /** Bytes in memory that threads can share; `load` puts the bytes `[from, to)` of a page in their place. */
  static bytes(
    length: number,
    load: (page: number, from: number, to: number, data: Uint8Array) => void,
  ): Pages<Uint8Array> {
    return new Pages<Uint8Array>(new Uint8Array(new SharedArrayBuffer(length)), pagesOf(length), load);
  }

  get length(): number {
    return this.data.length;
  }

  /** Fills a page that is not there yet. */
  fill(page: number): void {
    if (this.have[page] !== 0 || !this.load) return;
    const from = page << PAGE_SHIFT;
    this.load(page, from, Math.min(this.data.length, from + PAGE), this.data);
    this.have[page] = 1;
    this.missing--;
  }

  /** Sees to it that `[from, to)` can be read in `data`. */
  need(from: number, to: number): void {
    if (this.missing === 0 || to <= from) return;
    const last = (to - 1) >> PAGE_SHIFT;
    for (let page = from >> PAGE_SHIFT; page <= last; page++) if (this.have[page] === 0) this.fill(page);
  }

  /** One value; whoever asks for many in a loop looks at `have` and `data` itself. */
  at(index: number): number {
    const page = index >> PAGE_SHIFT;
    if (this.have[page] === 0) this.fill(page);
    return this.data[index] as number;
  }

  /** All of it. */
  all(): A {
    this.need(0, this.data.length);
    return this.data;
  }
}

/** Number of pages of a column. */
export function pagesOf(length: number): number {
  return (length + PAGE - 1) >> PAGE_SHIFT;
}
