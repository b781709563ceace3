import { PAGE_SHIFT, Pages } from './pages.ts';

/** Words that are there, or read page by page. */
export type StoredWords = Int32Array | Pages;

/**
 * A column of 32-bit words. One that was read from a file, or forked from another, is never written in place: what changes
 * is kept beside it, so that a fork costs nothing.
 */
export class Column {
  private readonly base: Pages;
  /** Of the base: they stand here too because this is asked for by the million. */
  private readonly data: Int32Array;
  private readonly have: Uint8Array;
  private readonly baseLength: number;
  private tail: Int32Array = EMPTY;
  private tailLength = 0;
  private patched: Map<number, number> | null = null;

  constructor(stored?: StoredWords) {
    this.base = Pages.of(stored ?? EMPTY);
    this.data = this.base.data;
    this.have = this.base.have;
    this.baseLength = this.data.length;
  }

  get length(): number {
    return this.baseLength + this.tailLength;
  }

  /** A column with the same content whose changes are its own. */
  fork(): Column {
    const copy = new Column(this.base);
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
    if (this.have[index >> PAGE_SHIFT] === 0) this.base.fill(index >> PAGE_SHIFT);
    return this.data[index] as number;
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
    const base = this.base.all();
    if (this.tailLength === 0 && this.patched === null) return base;
    const out = new Int32Array(this.length);
    out.set(base);
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

/** Words from one big column kept as its patches where most of it says the same: keys and values, hashed. */
export class SparseColumn {
  private readonly base: Pages;
  private readonly own: Map<number, number>;
  private readonly none: number;

  /** `none` is what stands where nothing was put. */
  constructor(none: number, stored?: StoredWords) {
    this.none = none;
    this.base = Pages.of(stored ?? EMPTY);
    this.own = new Map();
  }

  fork(): SparseColumn {
    const copy = new SparseColumn(this.none, this.base);
    for (const [key, value] of this.own) copy.own.set(key, value);
    return copy;
  }

  at(key: number): number {
    if (this.own.size > 0) {
      const own = this.own.get(key);
      if (own !== undefined) return own;
    }
    const { have, data } = this.base;
    if (data.length === 0) return this.none;
    const mask = (data.length >> 1) - 1;
    for (let slot = spread(key) & mask; ; slot = (slot + 1) & mask) {
      const page = (slot * 2) >> PAGE_SHIFT;
      if (have[page] === 0) this.base.fill(page);
      const here = data[slot * 2] as number;
      if (here === key) return data[slot * 2 + 1] as number;
      if (here === -1) return this.none;
    }
  }

  find(key: number): number {
    return this.at(key);
  }

  put(key: number, value: number): void {
    if (value === this.none && this.at(key) === this.none) return;
    this.own.set(key, value);
  }

  /** Keys and values in an open-addressed table of a power of two of pairs; key -1 is an empty slot. */
  stored(): Int32Array {
    const base = this.base.all();
    if (this.own.size === 0) return base;
    const all = new Map<number, number>();
    for (let i = 0; i < base.length; i += 2) if (base[i] !== -1) all.set(base[i] as number, base[i + 1] as number);
    for (const [key, value] of this.own) all.set(key, value);
    let slots = 4;
    while (slots * 3 < all.size * 4) slots *= 2;
    const out = new Int32Array(slots * 2).fill(-1);
    for (const key of [...all.keys()].sort((a, b) => a - b)) {
      let slot = spread(key) & (slots - 1);
      while (out[slot * 2] !== -1) slot = (slot + 1) & (slots - 1);
      out[slot * 2] = key;
      out[slot * 2 + 1] = all.get(key) as number;
    }
    return out;
  }
}

function spread(key: number): number {
  const mixed = Math.imul(key, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
