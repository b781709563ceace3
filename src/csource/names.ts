import { IntVector } from './int-vector.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder('latin1');

/** Hash of the bytes of a name; the lexer computes the same one while it scans. */
export const HASH_SEED = 0x811c9dc5 | 0;
export const HASH_PRIME = 0x01000193;

/** Interns the names of one file: bytes in, small integer out. Reset between files, its memory is kept. */
export class NameTable {
  private slots = new Int32Array(1 << 13).fill(-1);
  private mask = (1 << 13) - 1;
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
    this.slots.fill(-1);
    for (let id = 0; id < this.seeded; id++) this.place(id);
  }

  intern(bytes: Uint8Array, start: number, end: number, hash: number): number {
    let slot = hash & this.mask;
    for (;;) {
      const id = this.slots[slot] as number;
      if (id < 0) break;
      if (this.hashes.at(id) === hash && this.equals(id, bytes, start, end)) return id;
      slot = (slot + 1) & this.mask;
    }
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

  internString(text: string): number {
    const bytes = encoder.encode(text);
    let hash = HASH_SEED;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, HASH_PRIME);
    return this.intern(bytes, 0, bytes.length, hash);
  }

  text(id: number): string {
    return decoder.decode(this.pool.subarray(this.starts.at(id), this.starts.at(id + 1)));
  }

  /** The bytes of a name, valid until the next `intern`. */
  bytes(id: number): Uint8Array {
    return this.pool.subarray(this.starts.at(id), this.starts.at(id + 1));
  }

  firstByte(id: number): number {
    return this.pool[this.starts.at(id)] as number;
  }

  startsWith(id: number, prefix: string): boolean {
    const start = this.starts.at(id);
    if (this.starts.at(id + 1) - start < prefix.length) return false;
    for (let i = 0; i < prefix.length; i++) if (this.pool[start + i] !== prefix.charCodeAt(i)) return false;
    return true;
  }

  private equals(id: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.starts.at(id);
    const length = this.starts.at(id + 1) - from;
    if (length !== end - start) return false;
    for (let i = 0; i < length; i++) if (this.pool[from + i] !== bytes[start + i]) return false;
    return true;
  }

  private place(id: number): void {
    let slot = this.hashes.at(id) & this.mask;
    while ((this.slots[slot] as number) >= 0) slot = (slot + 1) & this.mask;
    this.slots[slot] = id;
  }

  private widen(): void {
    this.mask = this.mask * 2 + 1;
    this.slots = new Int32Array(this.mask + 1).fill(-1);
    for (let id = 0; id < this.hashes.length; id++) this.place(id);
  }
}
