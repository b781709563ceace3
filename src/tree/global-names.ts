import { PAGE_SHIFT, Pages } from './pages.ts';

const encoder = new TextEncoder();
/** Spellings kept as strings before all are forgotten: the most that a review asks for, and a bound for the whole tree. */
const TEXTS = 1 << 18;

/** The columns of names as they are stored. */
export interface StoredNames {
  readonly pool: Uint8Array | Pages<Uint8Array>;
  readonly ends: Int32Array | Pages;
  readonly slots: Int32Array | Pages;
}

/** All names of a tree, interned: one id for one spelling. Loads from its columns without work, and grows on top of them. */
export class GlobalNames {
  private pool: Uint8Array;
  private ends: Int32Array;
  private slots: Int32Array;
  private count: number;
  /** The pool seen as text; the same bytes. */
  private letters: Buffer;
  /** Names that were asked for as strings: a name is asked for many times, and building the string costs most. */
  private readonly texts = new Map<number, string>();
  private readonly ids = new Map<string, number>();
  /** Names that came after the columns were read from a file; those stay as they are. */
  private readonly later: { ids: Map<string, number>; texts: string[] } | null;

  /** Where the columns come from; null for names that are all here. */
  private readonly stored: { readonly pool: Pages<Uint8Array>; readonly ends: Pages; readonly slots: Pages } | null;

  constructor(stored?: StoredNames) {
    this.stored = stored
      ? { pool: Pages.of(stored.pool), ends: Pages.of(stored.ends), slots: Pages.of(stored.slots) }
      : null;
    this.pool = this.stored?.pool.data ?? new Uint8Array(1 << 16);
    this.ends = this.stored?.ends.data ?? new Int32Array(1 << 12);
    this.slots = this.stored?.slots.data ?? new Int32Array(1 << 13).fill(-1);
    this.count = stored ? stored.ends.length : 0;
    this.letters = lettersOf(this.pool);
    this.later = stored ? { ids: new Map(), texts: [] } : null;
  }

  /** Names with a lower id are in the columns; the others came later. */
  get storedCount(): number {
    return this.count;
  }

  /** Id of the bytes, new if they were not there. */
  intern(bytes: Uint8Array, start: number, end: number): number {
    const hash = hashOf(bytes, start, end);
    const slot = this.locate(bytes, start, end, hash);
    const known = this.slots[slot] as number;
    if (known >= 0) return known;
    if (this.later) {
      const text = lettersOf(bytes).toString('latin1', start, end);
      let late = this.later.ids.get(text);
      if (late === undefined) {
        late = this.count + this.later.texts.length;
        this.later.ids.set(text, late);
        this.later.texts.push(text);
      }
      return late;
    }
    const id = this.count++;
    const from = id === 0 ? 0 : (this.ends[id - 1] as number);
    const to = from + end - start;
    if (to > this.pool.length) {
      this.pool = widen(this.pool, Math.max(to, this.pool.length * 2));
      this.letters = lettersOf(this.pool);
    }
    if (id >= this.ends.length) this.ends = widen(this.ends, this.ends.length * 2);
    this.pool.set(bytes.subarray(start, end), from);
    this.ends[id] = to;
    this.slots[slot] = id;
    if (this.count * 2 > this.slots.length) this.rehash();
    return id;
  }

  internString(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      const bytes = encoder.encode(text);
      id = this.intern(bytes, 0, bytes.length);
      if (this.ids.size >= TEXTS) this.ids.clear();
      this.ids.set(text, id);
    }
    return id;
  }

  /** Id of a name, -1 when the tree does not know it. */
  find(text: string): number {
    const bytes = encoder.encode(text);
    const known = this.slots[this.locate(bytes, 0, bytes.length, hashOf(bytes, 0, bytes.length))] as number;
    if (known >= 0 || !this.later) return known;
    return this.later.ids.get(lettersOf(bytes).toString('latin1')) ?? -1;
  }

  text(id: number): string {
    if (id < 0) return '';
    if (id >= this.count) return this.later?.texts[id - this.count] ?? '';
    let text = this.texts.get(id);
    if (text === undefined) {
      const [from, to] = this.place(id);
      text = this.letters.toString('latin1', from, to);
      if (this.texts.size >= TEXTS) this.texts.clear();
      this.texts.set(id, text);
    }
    return text;
  }

  /** The columns to store, cut to size. */
  columns(): { pool: Uint8Array; ends: Int32Array; slots: Int32Array } {
    if (this.stored)
      return { pool: this.stored.pool.all(), ends: this.stored.ends.all(), slots: this.stored.slots.all() };
    return {
      pool: this.pool.slice(0, this.count === 0 ? 0 : (this.ends[this.count - 1] as number)),
      ends: this.ends.slice(0, this.count),
      slots:
        this.count * 5 < this.slots.length * 2
          ? hashed(this.pool, this.ends, this.count, this.slots.length >> 1)
          : this.slots,
    };
  }

  private locate(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const mask = this.slots.length - 1;
    const length = end - start;
    const { stored } = this;
    let slot = hash & mask;
    for (;;) {
      if (stored !== null && stored.slots.have[slot >> PAGE_SHIFT] === 0) stored.slots.fill(slot >> PAGE_SHIFT);
      const id = this.slots[slot] as number;
      if (id < 0) return slot;
      if (stored !== null) stored.ends.need(id - 1 < 0 ? 0 : id - 1, id + 1);
      const from = id === 0 ? 0 : (this.ends[id - 1] as number);
      if ((this.ends[id] as number) - from === length) {
        if (stored !== null) stored.pool.need(from, from + length);
        let i = 0;
        while (i < length && this.pool[from + i] === bytes[start + i]) i++;
        if (i === length) return slot;
      }
      slot = (slot + 1) & mask;
    }
  }

  /** Where the bytes of a name are, which can be read then. */
  private place(id: number): readonly [number, number] {
    const { stored, ends } = this;
    if (stored !== null) stored.ends.need(id === 0 ? 0 : id - 1, id + 1);
    const from = id === 0 ? 0 : (ends[id - 1] as number);
    const to = ends[id] as number;
    if (stored !== null) stored.pool.need(from, to);
    return [from, to];
  }

  private rehash(): void {
    this.slots = hashed(this.pool, this.ends, this.count, this.slots.length * 2);
  }
}

function lettersOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** An open-addressed table of the ids of all names. */
function hashed(pool: Uint8Array, ends: Int32Array, count: number, size: number): Int32Array {
  const slots = new Int32Array(size).fill(-1);
  const mask = size - 1;
  for (let id = 0; id < count; id++) {
    let slot = hashOf(pool, id === 0 ? 0 : (ends[id - 1] as number), ends[id] as number) & mask;
    while ((slots[slot] as number) >= 0) slot = (slot + 1) & mask;
    slots[slot] = id;
  }
  return slots;
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5 | 0;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
  return hash ^ (hash >>> 15);
}

function widen<A extends Uint8Array | Int32Array>(array: A, length: number): A {
  const wider = (array instanceof Uint8Array ? new Uint8Array(length) : new Int32Array(length)) as A;
  wider.set(array as never);
  return wider;
}
