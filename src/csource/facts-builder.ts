import { COLUMNS, type FileFacts, X, X_EFFECT, X_KIND } from './facts.ts';
import { IntVector } from './int-vector.ts';
import { NameTable } from './names.ts';

type Column = Exclude<(typeof COLUMNS)[number], 'nameEnds'>;

/** Collects the facts of one file; expressions, lists and types are hash-consed so that equal text is one index. */
export class FactsBuilder {
  readonly names = new NameTable([]);
  readonly columns = Object.fromEntries(COLUMNS.map((c) => [c, new IntVector(256)])) as Record<Column, IntVector>;
  private table = new Int32Array(1 << 12).fill(-1);
  private listTable = new Map<number, number[]>();
  private typeTable = new Map<number, number>();

  reset(): void {
    this.names.reset();
    for (const column of COLUMNS) if (column !== 'nameEnds') this.columns[column].clear();
    this.table.fill(-1);
    this.listTable.clear();
    this.typeTable.clear();
    this.expr(X.UNKNOWN, -1, -1);
  }

  /** Index of the expression (kind, a, b). The effect bit follows from the kind and the operands. */
  expr(kind: number, a: number, b: number): number {
    const { exprs } = this.columns;
    const full = kind | (this.effectOf(kind, a, b) ? X_EFFECT : 0);
    const mask = this.table.length - 1;
    let slot = Math.imul(
      Math.imul(full + 31, 0x9e3779b1) ^ Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35),
      0x27d4eb2f,
    );
    slot = (slot ^ (slot >>> 15)) & mask;
    for (;;) {
      const id = this.table[slot] as number;
      if (id < 0) break;
      const at = id * 3;
      if (exprs.data[at] === full && exprs.data[at + 1] === a && exprs.data[at + 2] === b) return id;
      slot = (slot + 1) & mask;
    }
    const id = exprs.length / 3;
    exprs.push(full);
    exprs.push(a);
    exprs.push(b);
    this.table[slot] = id;
    if (id * 2 > mask) this.widen();
    return id;
  }

  kindOf(expr: number): number {
    return (this.columns.exprs.data[expr * 3] as number) & X_KIND;
  }

  hasEffect(expr: number): boolean {
    return ((this.columns.exprs.data[expr * 3] as number) & X_EFFECT) !== 0;
  }

  a(expr: number): number {
    return this.columns.exprs.data[expr * 3 + 1] as number;
  }

  b(expr: number): number {
    return this.columns.exprs.data[expr * 3 + 2] as number;
  }

  /** Offset of a list with these words. */
  list(words: readonly number[]): number {
    const { lists } = this.columns;
    let hash = words.length;
    for (const word of words) hash = (Math.imul(hash, 31) + word) | 0;
    const same = this.listTable.get(hash);
    if (same) {
      for (const offset of same) {
        if (lists.at(offset) !== words.length) continue;
        let i = 0;
        while (i < words.length && lists.at(offset + 1 + i) === words[i]) i++;
        if (i === words.length) return offset;
      }
    }
    const offset = lists.length;
    lists.push(words.length);
    for (const word of words) lists.push(word);
    if (same) same.push(offset);
    else this.listTable.set(hash, [offset]);
    return offset;
  }

  type(kind: number, what: number): number {
    const key = kind * 0x1000000 + what;
    const known = this.typeTable.get(key);
    if (known !== undefined) return known;
    const { types } = this.columns;
    const id = types.length / 2;
    types.push(kind);
    types.push(what);
    this.typeTable.set(key, id);
    return id;
  }

  finish(): FileFacts {
    const ends = new Int32Array(this.names.size);
    let total = 0;
    for (let id = 0; id < this.names.size; id++) ends[id] = total += this.names.bytes(id).length;
    const bytes = new Uint8Array(total);
    for (let id = 0; id < this.names.size; id++)
      bytes.set(this.names.bytes(id), id === 0 ? 0 : (ends[id - 1] as number));
    const facts: Record<string, Int32Array | Uint8Array> = { nameEnds: ends, nameBytes: bytes };
    for (const column of COLUMNS) if (column !== 'nameEnds') facts[column] = this.columns[column].slice();
    return facts as unknown as FileFacts;
  }

  private effectOf(kind: number, a: number, b: number): boolean {
    switch (kind) {
      case X.CALL:
      case X.ASSIGN:
      case X.MODIFY:
      case X.INC:
      case X.DEC:
      case X.STATEMENTS:
        return true;
      case X.UNKNOWN:
      case X.NAME:
      case X.NUM:
      case X.STRING:
      case X.TYPE:
      case X.CONFIG:
        return false;
      case X.FIELD:
      case X.ARROW:
      case X.DEREF:
      case X.ADDR:
      case X.NOT:
      case X.NEG:
        return this.hasEffect(a);
      case X.CAST:
        return this.hasEffect(b);
      case X.COND: {
        const { lists } = this.columns;
        return this.hasEffect(a) || this.hasEffect(lists.at(b + 1)) || this.hasEffect(lists.at(b + 2));
      }
      default:
        return this.hasEffect(a) || (b >= 0 && this.hasEffect(b));
    }
  }

  private widen(): void {
    const { exprs } = this.columns;
    const count = exprs.length / 3;
    const size = this.table.length * 2;
    this.table = new Int32Array(size).fill(-1);
    const mask = size - 1;
    for (let id = 0; id < count; id++) {
      const full = exprs.at(id * 3);
      const a = exprs.at(id * 3 + 1);
      const b = exprs.at(id * 3 + 2);
      let slot = Math.imul(
        Math.imul(full + 31, 0x9e3779b1) ^ Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35),
        0x27d4eb2f,
      );
      slot = (slot ^ (slot >>> 15)) & mask;
      while ((this.table[slot] as number) >= 0) slot = (slot + 1) & mask;
      this.table[slot] = id;
    }
  }
}
