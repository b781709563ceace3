import { F, type FileFacts, TYPE, X_KIND } from '../csource/index.ts';
import type { GlobalNames } from './global-names.ts';

/** The facts of one file with its names tied to the tree's. */
export class LinkedFile {
  readonly id: number;
  readonly path: string;
  readonly facts: FileFacts;
  /** Function ids of the tree, by position in the file. */
  readonly functionIds: Int32Array;
  private readonly names: GlobalNames;
  private readonly globals: Int32Array;

  constructor(id: number, path: string, facts: FileFacts, names: GlobalNames) {
    this.id = id;
    this.path = path;
    this.facts = facts;
    this.names = names;
    this.functionIds = new Int32Array(facts.functions.length / F.WORDS);
    this.globals = new Int32Array(facts.nameEnds.length).fill(-1);
  }

  /** Global id of a name of the file. */
  global(name: number): number {
    let id = this.globals[name] as number;
    if (id < 0) {
      const { nameEnds, nameBytes } = this.facts;
      id = this.names.intern(nameBytes, name === 0 ? 0 : (nameEnds[name - 1] as number), nameEnds[name] as number);
      this.globals[name] = id;
    }
    return id;
  }

  name(name: number): string {
    if (name < 0) return '';
    const known = this.globals[name] as number;
    if (known >= 0) return this.names.text(known);
    const { nameEnds, nameBytes } = this.facts;
    const start = name === 0 ? 0 : (nameEnds[name - 1] as number);
    return Buffer.from(nameBytes.buffer, nameBytes.byteOffset, nameBytes.length).toString(
      'latin1',
      start,
      nameEnds[name],
    );
  }

  /** Type word (kind | global name << 3) of a type of the file; -1 for builtin, unknown and `typeof`. */
  typeWord(type: number): number {
    if (type < 0) return -1;
    const kind = this.facts.types[type * 2] as number;
    const what = this.facts.types[type * 2 + 1] as number;
    if (what < 0 || kind === TYPE.BUILTIN || kind === TYPE.TYPEOF) return -1;
    return kind | (this.global(what) << 3);
  }

  kind(expr: number): number {
    return (this.facts.exprs[expr * 3] as number) & X_KIND;
  }

  a(expr: number): number {
    return this.facts.exprs[expr * 3 + 1] as number;
  }

  b(expr: number): number {
    return this.facts.exprs[expr * 3 + 2] as number;
  }

  list(at: number): Int32Array {
    const { lists } = this.facts;
    return lists.subarray(at + 1, at + 1 + (lists[at] as number));
  }
}
