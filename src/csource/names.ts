import { IntVector } from './int-vector.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');

/** Hash of the bytes of a name; the lexer computes the same one while it scans. */
export const HASH_SEED = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

const SLOTS = 1 << 12;

/** Interns the names of one file: bytes in, small integer out. Reset between files, its memory is kept. */
export class NameTable {
  private slots = new Int32Array(SLOTS).fill(-1);
  private mask = SLOTS - 1;
  private pool = new Uint8Array(1 << 16);
  private readonly starts = new IntVector(4096);
  private readonly hashes = new IntVector(4096);
  private poolEnd = 0;
  private readonly seeded: number;

  /** `seeds` get the ids 0, 1, 2, … and survive `reset`. */
  constructor(seeds: readonly string[]) {
    this.starts.push(0);
    for (const seed of seeds) this.internString(seed);
    this.seeded = seeds.length;
  }

  get size(): number {
    return this.hashes.length;
  }

  reset(): void {
    this.hashes.length = this.seeded;
    this.starts.length = this.seeded + 1;
    this.poolEnd = this.starts.at(this.seeded);
    // One large file must not make every later one pay for clearing a large table.
    this.mask = SLOTS - 1;
    this.slots.fill(-1, 0, SLOTS);
    for (let id = 0; id < this.seeded; id++) this.place(id);
  }

  intern(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const { slots, mask } = this;
    const hashes = this.hashes.data;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (;;) {
      const id = slots[slot] as number;
      if (id < 0) break;
      if (hashes[id] === hash && this.equals(id, bytes, start, end)) return id;
      slot = (slot + 1) & mask;
    }
    return this.add(slot, bytes, start, end, hash);
  }

  internString(text: string): number {
    const bytes = encoder.encode(text);
    let hash = HASH_SEED;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, HASH_PRIME);
    return this.intern(bytes, 0, bytes.length, hash);
  }

  /** The same name in this table, taken over from another one without a detour over text. */
  adopt(other: NameTable, id: number): number {
    return this.intern(other.pool, other.starts.at(id), other.starts.at(id + 1), other.hashes.at(id));
  }

  text(id: number): string {
    return decoder.decode(this.bytes(id));
  }

  /** The bytes of a name, valid until the next `intern`. */
  bytes(id: number): Uint8Array {
    return this.pool.subarray(this.starts.at(id), this.starts.at(id + 1));
  }

  /** All names one after the other, and where each ends: as FileFacts holds them. */
  columns(): { nameEnds: Int32Array; nameBytes: Uint8Array } {
    return { nameEnds: this.starts.data.slice(1, this.size + 1), nameBytes: this.pool.slice(0, this.poolEnd) };
  }

  firstByte(id: number): number {
    return this.pool[this.starts.at(id)] as number;
  }

  /** Whether a name begins with `__`: an attribute, a qualifier or an inner function. */
  isDunder(id: number): boolean {
    const start = this.starts.data[id] as number;
    return this.pool[start] === 95 && this.pool[start + 1] === 95 && (this.starts.data[id + 1] as number) - start >= 2;
  }

  private add(slot: number, bytes: Uint8Array, start: number, end: number, hash: number): number {
    const id = this.hashes.length;
    const length = end - start;
    if (this.poolEnd + length > this.pool.length) {
      const wider = new Uint8Array(Math.max(this.pool.length * 2, this.poolEnd + length));
      wider.set(this.pool.subarray(0, this.poolEnd));
      this.pool = wider;
    }
    if (length < 32) for (let i = 0; i < length; i++) this.pool[this.poolEnd + i] = bytes[start + i] as number;
    else this.pool.set(bytes.subarray(start, end), this.poolEnd);
    this.poolEnd += length;
    this.hashes.push(hash);
    this.starts.push(this.poolEnd);
    this.slots[slot] = id;
    if (this.hashes.length * 2 > this.mask) this.widen();
    return id;
  }

  private equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.starts.data[id] as number;
    const length = (this.starts.data[id + 1] as number) - from;
    if (length !== end - start) return false;
    const { pool } = this;
    for (let i = 0; i < length; i++) if (pool[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private place(id: number): void {
    const hash = this.hashes.at(id);
    let slot = (hash ^ (hash >>> 15)) & this.mask;
    while ((this.slots[slot] as number) >= 0) slot = (slot + 1) & this.mask;
    this.slots[slot] = id;
  }

  private widen(): void {
    const size = (this.mask + 1) * 2;
    this.mask = size - 1;
    if (this.slots.length < size) this.slots = new Int32Array(size).fill(-1);
    else this.slots.fill(-1, 0, size);
    for (let id = 0; id < this.hashes.length; id++) this.place(id);
  }
}
