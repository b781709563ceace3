import { type COLUMNS, type FileFacts, X, X_EFFECT, X_KIND } from './facts.ts';
import { IntVector } from './int-vector.ts';
import { NameTable } from './names.ts';

type Column = Exclude<(typeof COLUMNS)[number], 'nameEnds'>;

const SLOTS = 1 << 12;
/** How deep an expression may nest; a deeper one is UNKNOWN, so that nobody who walks expressions needs a guard. */
const EXPRESSION_DEPTH = 250;

function makeColumns(): Record<Column, IntVector> {
  // Spelled out, so that the engine knows the shape.
  return {
    exprs: new IntVector(1 << 14),
    lists: new IntVector(1 << 12),
    types: new IntVector(1 << 10),
    functions: new IntVector(1 << 11),
    vars: new IntVector(1 << 12),
    code: new IntVector(1 << 14),
    scopes: new IntVector(),
    annotations: new IntVector(),
    structs: new IntVector(),
    fields: new IntVector(1 << 10),
    globals: new IntVector(),
    inits: new IntVector(1 << 10),
    invocations: new IntVector(),
    macroTexts: new IntVector(),
    typedefs: new IntVector(),
    prototypes: new IntVector(),
    dropped: new IntVector(),
  };
}

/** Collects the facts of one file; expressions, lists and types are hash-consed so that equal text is one index. */
export class FactsBuilder {
  readonly names = new NameTable([]);
  readonly columns = makeColumns();
  /** An expression was too deep and became UNKNOWN. Whoever reports it takes the flag back. */
  overflowed = false;
  private depths = new Uint8Array(1 << 13);
  private readonly exprTable = new OffsetTable();
  private readonly listTable = new OffsetTable();
  private readonly typeTable = new OffsetTable();

  reset(): void {
    this.names.reset();
    for (const column of Object.values(this.columns)) column.clear();
    this.exprTable.clear();
    this.listTable.clear();
    this.typeTable.clear();
    this.overflowed = false;
    this.expr(X.UNKNOWN, -1, -1);
  }

  /** Index of the expression (kind, a, b). The effect bit follows from the kind and the operands. */
  expr(kind: number, a: number, b: number): number {
    const { exprs } = this.columns;
    const { data } = exprs;
    const { slots, mask } = this.exprTable;
    let slot = mix(kind, a, b) & mask;
    for (;;) {
      const id = slots[slot] as number;
      if (id < 0) break;
      const at = id * 3;
      if (data[at + 1] === a && data[at + 2] === b && ((data[at] as number) & X_KIND) === kind) return id;
      slot = (slot + 1) & mask;
    }
    const depth = this.depthOf(kind, a, b);
    if (depth > EXPRESSION_DEPTH) {
      this.overflowed = true;
      return 0;
    }
    const id = exprs.length / 3;
    if (id === this.depths.length) {
      const wider = new Uint8Array(id * 2);
      wider.set(this.depths);
      this.depths = wider;
    }
    this.depths[id] = depth;
    exprs.push3(this.effectOf(kind, a, b) ? kind | X_EFFECT : kind, a, b);
    slots[slot] = id;
    if (this.exprTable.isFull(id + 1)) {
      const table = this.exprTable;
      table.double();
      for (let i = 0; i <= id; i++)
        table.place(mix(exprs.at(i * 3) & X_KIND, exprs.at(i * 3 + 1), exprs.at(i * 3 + 2)), i);
    }
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
    const offset = lists.length;
    lists.push(words.length);
    for (const word of words) lists.push(word);
    return this.sealList(offset);
  }

  /** Offset of a list with the words of `stack` from `base` on, which are taken off it. */
  listOf(stack: IntVector, base: number): number {
    const { lists } = this.columns;
    const offset = lists.length;
    lists.push(stack.length - base);
    for (let i = base; i < stack.length; i++) lists.push(stack.at(i));
    stack.length = base;
    return this.sealList(offset);
  }

  type(kind: number, what: number): number {
    const { types } = this.columns;
    const { slots, mask } = this.typeTable;
    let slot = mix(kind, what, 0) & mask;
    for (;;) {
      const id = slots[slot] as number;
      if (id < 0) break;
      if (types.data[id * 2] === kind && types.data[id * 2 + 1] === what) return id;
      slot = (slot + 1) & mask;
    }
    const id = types.length / 2;
    types.push(kind);
    types.push(what);
    slots[slot] = id;
    if (this.typeTable.isFull(id + 1)) {
      this.typeTable.double();
      for (let i = 0; i <= id; i++) this.typeTable.place(mix(types.at(i * 2), types.at(i * 2 + 1), 0), i);
    }
    return id;
  }

  finish(): FileFacts {
    const c = this.columns;
    return {
      ...this.names.columns(),
      exprs: c.exprs.slice(),
      lists: c.lists.slice(),
      types: c.types.slice(),
      functions: c.functions.slice(),
      vars: c.vars.slice(),
      code: c.code.slice(),
      scopes: c.scopes.slice(),
      annotations: c.annotations.slice(),
      structs: c.structs.slice(),
      fields: c.fields.slice(),
      globals: c.globals.slice(),
      inits: c.inits.slice(),
      invocations: c.invocations.slice(),
      macroTexts: c.macroTexts.slice(),
      typedefs: c.typedefs.slice(),
      prototypes: c.prototypes.slice(),
      dropped: c.dropped.slice(),
    };
  }

  /** The list at the end of the column, or an equal one that was there before. */
  private sealList(offset: number): number {
    const { lists } = this.columns;
    const { data } = lists;
    const { slots, mask } = this.listTable;
    const words = lists.length - offset;
    let slot = this.listHash(offset) & mask;
    for (;;) {
      const known = slots[slot] as number;
      if (known < 0) break;
      let i = 0;
      while (i < words && data[known + i] === data[offset + i]) i++;
      if (i === words) {
        lists.length = offset;
        return known;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = offset;
    if (this.listTable.isFull(++this.listTable.count)) {
      this.listTable.double();
      for (let at = 0; at < lists.length; at += 1 + lists.at(at)) this.listTable.place(this.listHash(at), at);
    }
    return offset;
  }

  private listHash(offset: number): number {
    const { data } = this.columns.lists;
    const end = offset + (data[offset] as number);
    let hash = 0x811c9dc5 | 0;
    for (let i = offset; i <= end; i++) hash = Math.imul(hash ^ (data[i] as number), 0x9e3779b1);
    return hash ^ (hash >>> 15);
  }

  private depthOf(kind: number, a: number, b: number): number {
    const { depths } = this;
    switch (kind) {
      case X.UNKNOWN:
      case X.NAME:
      case X.NUM:
      case X.STRING:
      case X.TYPE:
      case X.CONFIG:
      case X.STATEMENTS:
        return 1;
      case X.FIELD:
      case X.ARROW:
        return (depths[a] as number) + 1;
      case X.CAST:
        return (depths[b] as number) + 1;
      case X.CALL:
      case X.COND: {
        const { data } = this.columns.lists;
        let deepest = depths[a] as number;
        for (let i = data[b] as number; i > 0; i--) {
          const depth = depths[data[b + i] as number] as number;
          if (depth > deepest) deepest = depth;
        }
        return deepest + 1;
      }
      default: {
        const left = depths[a] as number;
        const right = b >= 0 ? (depths[b] as number) : 0;
        return (left > right ? left : right) + 1;
      }
    }
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
}

/** Open-addressed slots that hold indexes into a column, -1 when free. Cleared cheaply: a large file leaves no trace. */
class OffsetTable {
  slots = new Int32Array(SLOTS).fill(-1);
  mask = SLOTS - 1;
  count = 0;

  clear(): void {
    this.mask = SLOTS - 1;
    this.slots.fill(-1, 0, SLOTS);
    this.count = 0;
  }

  isFull(count: number): boolean {
    return count * 2 > this.mask;
  }

  /** Doubles the table; the caller puts everything back. */
  double(): void {
    const size = (this.mask + 1) * 2;
    this.mask = size - 1;
    if (this.slots.length < size) this.slots = new Int32Array(size).fill(-1);
    else this.slots.fill(-1, 0, size);
  }

  place(hash: number, what: number): void {
    let slot = hash & this.mask;
    while ((this.slots[slot] as number) >= 0) slot = (slot + 1) & this.mask;
    this.slots[slot] = what;
  }
}

function mix(kind: number, a: number, b: number): number {
  const hash = Math.imul(
    Math.imul(kind + 31, 0x9e3779b1) ^ Math.imul(a, 0x85ebca6b) ^ Math.imul(b, 0xc2b2ae35),
    0x27d4eb2f,
  );
  return hash ^ (hash >>> 15);
}
