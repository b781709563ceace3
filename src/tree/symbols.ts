import {
  F,
  FIELD,
  FIELD_FLAG,
  FLAG,
  GLOBAL,
  INVOCATION,
  instructionSize,
  OP,
  PROTOTYPE,
  STRUCT,
  TYPE,
  TYPEDEF,
  VAR,
  X,
} from '../csource/index.ts';
import { Column, SparseColumn, type StoredWords } from './column.ts';
import { FilePlaces, WORLD } from './file-places.ts';
import { GlobalNames } from './global-names.ts';
import type { LinkedFile } from './linked-file.ts';

/** The columns of the symbol tables, by the name under which they are stored. */
const TABLES = [
  'filePath',
  'fileFirst',
  'fileCount',
  'fileDirectory',
  'fnName',
  'fnFile',
  'fnLocal',
  'fnFlags',
  'fnLine',
  'fnType',
  'fnSize',
  'fnHead',
  'structTag',
  'structFile',
  'structFields',
  'structCount',
  'structNext',
  'fieldName',
  'fieldType',
  'fieldPointer',
  'globalName',
  'globalFile',
  'globalType',
  'globalPointer',
  'globalFlags',
  'globalNext',
] as const;

/** Tables that say nothing of most ids, with what stands there. */
const SPARSE = {
  fnCalledParams: 0,
  fnNext: -1,
  structHead: -1,
  globalHead: -1,
  typedefType: -1,
  protoType: -1,
  guardOf: -1,
} as const;

type Table = (typeof TABLES)[number];
type SparseTable = keyof typeof SPARSE;
const SPARSE_TABLES = Object.keys(SPARSE) as SparseTable[];

/** No type known. Otherwise a type word: kind | name << 3. */
export const NO_TYPE = -1;

/**
 * Everything a tree declares, by global name: functions and macros, structs and their fields, globals, typedefs, return
 * types of prototypes. Ids are positions; several declarations of one name are chained by `…Next`.
 */
export class Symbols {
  readonly names: GlobalNames;
  readonly t: Record<Table, Column> & Record<SparseTable, SparseColumn>;
  /** Files whose declarations no longer count: replaced by an overlay. */
  readonly gone = new Set<number>();
  private readonly places: FilePlaces;

  constructor(stored?: { names: GlobalNames; tables: Readonly<Record<string, StoredWords | undefined>> }) {
    this.names = stored?.names ?? new GlobalNames();
    this.t = {
      ...(Object.fromEntries(TABLES.map((table) => [table, new Column(stored?.tables[table])])) as Record<
        Table,
        Column
      >),
      ...(Object.fromEntries(
        SPARSE_TABLES.map((table) => [table, new SparseColumn(SPARSE[table], stored?.tables[table])]),
      ) as Record<SparseTable, SparseColumn>),
    };
    this.places = new FilePlaces((file) => this.path(file));
  }

  /** Symbols over the same tables whose changes are their own. Names are shared: they only grow. */
  fork(): Symbols {
    const copy = new Symbols({ names: this.names, tables: {} });
    for (const table of TABLES) copy.t[table] = this.t[table].fork();
    for (const table of SPARSE_TABLES) copy.t[table] = this.t[table].fork();
    for (const file of this.gone) copy.gone.add(file);
    return copy;
  }

  stored(): Record<string, Int32Array> {
    return Object.fromEntries([...TABLES, ...SPARSE_TABLES].map((table) => [table, this.t[table].stored()]));
  }

  get functionCount(): number {
    return this.t.fnName.length;
  }

  get fileCount(): number {
    return this.t.filePath.length;
  }

  path(file: number): string {
    return this.names.text(this.t.filePath.at(file));
  }

  functionName(fn: number): string {
    return this.names.text(this.t.fnName.at(fn));
  }

  /** Records a file of which nothing could be read. */
  addUnreadable(id: number, path: string): void {
    this.t.filePath.put(id, this.names.internString(path));
    this.t.fileDirectory.put(id, -1);
    this.t.fileFirst.put(id, this.functionCount);
    this.t.fileCount.put(id, 0);
  }

  /** Records a file's declarations and returns it linked. `reuse` gives the ids of functions that keep theirs. */
  add(file: LinkedFile, reuse?: (name: number, nth: number) => number): void {
    const { t } = this;
    const { facts } = file;
    const id = file.id;
    const directory = file.path.slice(0, file.path.lastIndexOf('/') + 1);
    t.filePath.put(id, this.names.internString(file.path));
    this.places.forget(id);
    t.fileDirectory.put(id, this.names.internString(directory));
    t.fileFirst.put(id, t.fnName.length);
    const seen = new Map<number, number>();
    for (let at = 0, local = 0; at < facts.functions.length; at += F.WORDS, local++) {
      const name = file.global(facts.functions[at + F.NAME] as number);
      const nth = seen.get(name) ?? 0;
      seen.set(name, nth + 1);
      const kept = reuse ? reuse(name, nth) : -1;
      const fn = kept >= 0 ? kept : t.fnName.length;
      file.functionIds[local] = fn;
      t.fnName.put(fn, name);
      t.fnFile.put(fn, id);
      t.fnLocal.put(fn, local);
      t.fnFlags.put(fn, facts.functions[at + F.FLAGS] as number);
      t.fnLine.put(fn, facts.functions[at + F.LINE] as number);
      t.fnType.put(fn, file.typeWord(facts.functions[at + F.TYPE] as number));
      t.fnSize.put(fn, facts.functions[at + F.CODE_LENGTH] as number);
      t.fnCalledParams.put(fn, calledParameters(file, at));
      if (kept >= 0) continue;
      t.fnNext.put(fn, t.fnHead.find(name));
      t.fnHead.put(name, fn);
    }
    t.fileCount.put(id, t.fnName.length - t.fileFirst.at(id));
    this.addStructs(file);
    this.addGlobals(file);
    this.addTypes(file);
  }

  private addStructs(file: LinkedFile): void {
    const { t } = this;
    const { structs, fields } = file.facts;
    for (let at = 0; at < structs.length; at += STRUCT.WORDS) {
      const tag = file.global(structs[at + STRUCT.TAG] as number);
      const id = t.structTag.push(tag);
      t.structFile.push(file.id);
      t.structFields.push(t.fieldName.length);
      const count = structs[at + STRUCT.COUNT] as number;
      t.structCount.push(count);
      t.structNext.push(t.structHead.find(tag));
      t.structHead.put(tag, id);
      const first = (structs[at + STRUCT.FIELDS] as number) * FIELD.WORDS;
      for (let f = first; f < first + count * FIELD.WORDS; f += FIELD.WORDS) {
        t.fieldName.push(file.global(fields[f + FIELD.NAME] as number));
        t.fieldType.push(file.typeWord(fields[f + FIELD.TYPE] as number));
        t.fieldPointer.push(fields[f + FIELD.POINTER] as number);
      }
    }
  }

  private addGlobals(file: LinkedFile): void {
    const { globals, invocations } = file.facts;
    for (let at = 0; at < globals.length; at += GLOBAL.WORDS) {
      this.addGlobal(
        file,
        file.global(globals[at + GLOBAL.NAME] as number),
        file.typeWord(globals[at + GLOBAL.TYPE] as number),
        globals[at + GLOBAL.POINTER] as number,
        globals[at + GLOBAL.FLAGS] as number,
      );
    }
    for (let at = 0; at < invocations.length; at += INVOCATION.WORDS) {
      // DEFINE_PER_CPU(type, name), DECLARE_x(type, name), DEFINE_MUTEX(name)
      const macro = file.name(invocations[at + INVOCATION.NAME] as number);
      const args = file.list(invocations[at + INVOCATION.ARGS] as number);
      const flags = invocations[at + INVOCATION.FLAGS] as number;
      if (macro.startsWith('DEFINE_GUARD') || macro.startsWith('DEFINE_LOCK_GUARD')) {
        const guard = args[0];
        if (guard !== undefined && file.kind(guard) === X.NAME) this.t.guardOf.put(file.global(file.a(guard)), file.id);
        continue;
      }
      if (!/DEFINE|DECLARE|^LIST_HEAD$|_INIT$/.test(macro)) continue;
      const [first, second] = args;
      if (
        first !== undefined &&
        second !== undefined &&
        file.kind(second) === X.NAME &&
        (file.kind(first) === X.TYPE || /PER_CPU/.test(macro))
      ) {
        const type =
          file.kind(first) === X.TYPE
            ? file.typeWord(file.a(first))
            : file.kind(first) === X.NAME
              ? TYPE.NAMED | (file.global(file.a(first)) << 3)
              : NO_TYPE;
        this.addGlobal(file, file.global(file.a(second)), type, 0, flags);
      } else if (first !== undefined && file.kind(first) === X.NAME) {
        this.addGlobal(
          file,
          file.global(file.a(first)),
          NO_TYPE,
          0,
          flags | (macro.startsWith('DECLARE') && /PER_CPU/.test(macro) ? FLAG.EXTERN : 0),
        );
      }
    }
  }

  private addGlobal(file: LinkedFile, name: number, type: number, pointer: number, flags: number): void {
    const { t } = this;
    const id = t.globalName.push(name);
    t.globalFile.push(file.id);
    t.globalType.push(type);
    t.globalPointer.push(pointer);
    t.globalFlags.push(flags);
    t.globalNext.push(t.globalHead.find(name));
    t.globalHead.put(name, id);
  }

  private addTypes(file: LinkedFile): void {
    const { typedefs, prototypes } = file.facts;
    for (let at = 0; at < typedefs.length; at += TYPEDEF.WORDS) {
      const name = file.global(typedefs[at + TYPEDEF.NAME] as number);
      const word = file.typeWord(typedefs[at + TYPEDEF.TYPE] as number);
      const known = this.t.typedefType.find(name);
      const isFunction = ((typedefs[at + TYPEDEF.POINTER] as number) & FIELD_FLAG.FUNCTION) !== 0;
      if (!isFunction && (known < 0 || (known & 7) !== TYPE.STRUCT)) this.t.typedefType.put(name, word);
    }
    for (let at = 0; at < prototypes.length; at += PROTOTYPE.WORDS) {
      const name = file.global(prototypes[at + PROTOTYPE.NAME] as number);
      if (this.t.protoType.find(name) < 0)
        this.t.protoType.put(name, file.typeWord(prototypes[at + PROTOTYPE.TYPE] as number));
    }
  }

  /** The struct of a tag as seen from a file: its own, else the nearest folder's, else the first of `include/`. */
  structOfTag(tag: number, from: number): number {
    const { t } = this;
    let best = -1;
    let bestScore = -1;
    for (let id = t.structHead.find(tag); id >= 0; id = t.structNext.at(id)) {
      const file = t.structFile.at(id);
      if (this.gone.has(file)) continue;
      if (best < 0 && t.structNext.at(id) < 0) return id;
      const score = file === from ? 1e9 : this.nearness(file, from);
      if (score > bestScore || (score === bestScore && id < best)) {
        best = id;
        bestScore = score;
      }
    }
    return best;
  }

  /** Another struct of the same tag that has a field, the nearest to a file; the struct itself when there is none. */
  structWithField(struct: number, field: number, from: number): number {
    const { t } = this;
    let best = struct;
    let bestScore = -1;
    for (let id = t.structHead.find(t.structTag.at(struct)); id >= 0; id = t.structNext.at(id)) {
      const file = t.structFile.at(id);
      if (id === struct || this.gone.has(file) || this.field(id, field) < 0) continue;
      const score = this.nearness(file, from);
      if (score <= bestScore) continue;
      best = id;
      bestScore = score;
    }
    return best;
  }

  /** How near two files are: the length of their common folder; headers for everybody count a little. */
  nearness(file: number, from: number): number {
    return this.places.nearness(file, from);
  }

  /** The struct a type word stands for, through typedefs; -1 when it is none. */
  structOfType(word: number, from: number): number {
    let type = word;
    for (let i = 0; i < 6 && type >= 0; i++) {
      const kind = type & 7;
      if (kind === TYPE.STRUCT || kind === TYPE.UNION) return this.structOfTag(type >> 3, from);
      if (kind !== TYPE.NAMED) return -1;
      type = this.t.typedefType.find(type >> 3);
    }
    return -1;
  }

  /** Position of a field in the field table, -1 when the struct has none of that name. */
  field(struct: number, name: number): number {
    const { fieldName, structFields, structCount } = this.t;
    const first = structFields.at(struct);
    const end = first + structCount.at(struct);
    for (let f = first; f < end; f++) if (fieldName.at(f) === name) return f;
    return -1;
  }

  /** The global variable of a name as seen from a file: the file's own, else one that is not static; -1 if unknown. */
  globalOf(name: number, from: number): number {
    const { t } = this;
    let shared = -1;
    let sharedScore = -1;
    for (let id = t.globalHead.find(name); id >= 0; id = t.globalNext.at(id)) {
      const file = t.globalFile.at(id);
      if (this.gone.has(file)) continue;
      if (file === from) return id;
      const flags = t.globalFlags.at(id);
      if ((flags & FLAG.STATIC) !== 0 && !this.places.isHeader(file)) continue;
      const score = (flags & FLAG.EXTERN ? 0 : 1000) + this.nearness(file, from);
      if (score > sharedScore) {
        shared = id;
        sharedScore = score;
      }
    }
    return shared;
  }

  /** Whether any function or macro has this name. */
  hasFunction(name: number): boolean {
    return this.t.fnHead.find(name) >= 0;
  }

  /**
   * The definitions a call by name may reach from a file, by C's linkage rules: the file's own, else those that are not
   * static, inlines and macros of headers. Stubs yield to real bodies, other architectures' to the caller's. At most `limit`.
   */
  functionsOf(name: number, from: number, limit = 4): number[] {
    const { t } = this;
    const own: number[] = [];
    const shared: number[] = [];
    for (let fn = t.fnHead.find(name); fn >= 0; fn = t.fnNext.at(fn)) {
      const file = t.fnFile.at(fn);
      if (file < 0 || (this.gone.size > 0 && this.gone.has(file))) continue;
      if (file === from) own.push(fn);
      else if ((t.fnFlags.at(fn) & (FLAG.STATIC | FLAG.MACRO)) === 0 || this.places.isHeader(file)) shared.push(fn);
    }
    const found = own.length > 0 ? own : this.visible(shared, from);
    if (found.length < 2) return found;
    const real = found.filter((fn) => t.fnSize.at(fn) > 4);
    const chosen = real.length > 0 ? real : found;
    if (chosen.length < 2) return chosen;
    const near = new Map(chosen.map((fn) => [fn, this.places.nearness(t.fnFile.at(fn), from)]));
    chosen.sort((a, b) => (near.get(b) as number) - (near.get(a) as number) || a - b);
    return chosen.slice(0, limit);
  }

  private visible(found: number[], from: number): number[] {
    if (found.length < 2) return found;
    const here = this.places.world(from);
    const worlds = found.map((fn) => this.places.world(this.t.fnFile.at(fn)));
    if (here !== WORLD.COMMON) {
      const same = found.filter((_, i) => worlds[i] === here);
      if (same.length > 0) return same;
    }
    const generic = found.filter((_, i) => worlds[i] === WORLD.COMMON);
    if (generic.length > 0) return generic;
    if (here !== WORLD.COMMON) return found;
    const x86 = found.filter((_, i) => worlds[i] === WORLD.X86);
    return x86.length > 0 ? x86 : found.filter((_, i) => ((worlds[i] as number) & 1) === 1);
  }
}

/** Bit i is set when the function calls its parameter i. */
function calledParameters(file: LinkedFile, at: number): number {
  const { functions, vars, code } = file.facts;
  const count = functions[at + F.PARAMS] as number;
  if (count === 0) return 0;
  const first = functions[at + F.VARS] as number;
  const start = functions[at + F.CODE] as number;
  const end = start + (functions[at + F.CODE_LENGTH] as number);
  let mask = 0;
  for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
    if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
    const callee = file.a(code[pc + 1] as number);
    if (file.kind(callee) !== X.NAME) continue;
    const name = file.a(callee);
    for (let p = 0; p < count && p < 30; p++) if (vars[(first + p) * VAR.WORDS + VAR.NAME] === name) mask |= 1 << p;
  }
  return mask;
}
