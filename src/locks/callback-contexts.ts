import { F, FLAG, INIT, TYPE, VAR } from '../csource/index.ts';
import type { LinkedFile } from '../tree/index.ts';
import type { LockIndex } from './lock-index.ts';
import type { Context, RuleSet } from './rules/index.ts';
import { type Registered, StartReader } from './start-reader.ts';

/** Where a function is started from outside. */
export interface Start {
  readonly context: Context;
  /** What says so: a slot, a registration, the shape of its parameters. */
  readonly by: string;
  /** A lock that is held then, by whoever starts it. */
  readonly holds?: number;
}

/** Contexts in which nobody may sleep. */
export const ATOMIC_CONTEXTS: ReadonlySet<Context> = new Set<Context>([
  'hardirq',
  'softirq',
  'timer',
  'rcu-callback',
  'atomic',
]);

/** A folder with more files is not searched for who registers a function. */
const BESIDE = 120;

/** Tells in which contexts a function is started: by its slots, by who registers it in its file, by its parameters. */
export class CallbackContexts {
  private readonly index: LockIndex;
  private readonly rules: RuleSet;
  private readonly reader: StartReader;
  private readonly slots = new Map<string, readonly Context[]>();
  private readonly follows = new Map<string, string>();
  private readonly byFile = new Map<number, ReadonlyMap<number, readonly Registered[]>>();
  private readonly known = new Map<number, readonly Start[]>();
  private readonly byDirectory = new Map<number, number[]>();

  constructor(index: LockIndex, rules: RuleSet) {
    this.index = index;
    this.rules = rules;
    this.reader = new StartReader(index.tree, rules);
    for (const rule of rules.slots.values()) if (rule.context !== null) this.slots.set(rule.slot, [rule.context]);
    for (const rule of rules.slotFollows) this.follows.set(rule.slot, rule.follows);
    for (const rule of rules.slotContexts) this.slots.set(rule.slot, rule.contexts);
  }

  of(fn: number): readonly Start[] {
    let starts = this.known.get(fn);
    if (!starts) {
      starts = this.find(fn);
      this.known.set(fn, starts);
    }
    return starts;
  }

  private find(fn: number): Start[] {
    const { symbols, graph, source } = this.index.tree;
    const out: Start[] = [];
    const fileId = symbols.t.fnFile.find(fn);
    const file = fileId < 0 || symbols.gone.has(fileId) ? null : source(fileId);
    if (!file) return out;
    const registered = this.registrations(fn, file);
    for (const { context, by } of registered) out.push({ context, by });
    // how it was registered says more than what the slot is mostly used for
    const said = new Set(registered.map(({ slot }) => slot));
    for (const slot of graph.slotsOf(fn)) {
      const tag = graph.slotTag.at(slot);
      if (tag < 0) continue;
      const text = `${symbols.names.text(tag)}.${symbols.names.text(graph.slotField.at(slot))}`;
      if (said.has(text)) continue;
      for (const context of this.slots.get(text) ?? []) out.push({ context, by: text });
    }
    const shape = this.shapeOf(file, symbols.t.fnLocal.at(fn));
    if (shape && !out.some((start) => start.context === shape.context)) out.push(shape);
    return out;
  }

  /** Functions of the same operations table that ran before, and what they took is still held (`start` for `show`). */
  runsAfter(fn: number): readonly number[] {
    const { symbols, graph, source } = this.index.tree;
    const fileId = symbols.t.fnFile.find(fn);
    const file = fileId < 0 || symbols.gone.has(fileId) ? null : source(fileId);
    if (!file) return [];
    const out: number[] = [];
    for (const slot of graph.slotsOf(fn)) {
      const tag = graph.slotTag.at(slot);
      const field = tag < 0 ? '' : symbols.names.text(graph.slotField.at(slot));
      const follows = tag < 0 ? undefined : this.follows.get(`${symbols.names.text(tag)}.${field}`);
      if (follows === undefined) continue;
      const { inits } = file.facts;
      const owners = new Set<number>();
      const fieldOf = (at: number): string => {
        const path = file.list(inits[at + INIT.PATH] as number);
        const last = path[path.length - 1] ?? -1;
        return last >= 0 ? file.name(last) : '';
      };
      for (let at = 0; at < inits.length; at += INIT.WORDS)
        if (fieldOf(at) === field && this.reader.functionsAt(file, inits[at + INIT.VALUE]).includes(fn))
          owners.add(inits[at + INIT.OWNER] as number);
      for (let at = 0; at < inits.length; at += INIT.WORDS)
        if (
          owners.has(inits[at + INIT.OWNER] as number) &&
          `.${fieldOf(at)}` === follows.slice(follows.lastIndexOf('.'))
        )
          out.push(...this.reader.functionsAt(file, inits[at + INIT.VALUE]));
    }
    return out;
  }

  /** Who registers a function: in its file; for one that nobody calls by name, in the files beside it too. */
  private registrations(fn: number, file: LinkedFile): Registered[] {
    const { symbols, graph, source } = this.index.tree;
    const { contexts } = this.index;
    const stays = (symbols.t.fnFlags.at(fn) & (FLAG.STATIC | FLAG.MACRO)) !== 0 || graph.callersOf(fn).length > 0;
    const beside = stays ? [] : this.beside(symbols.t.fileDirectory.at(file.id));
    const registrars = beside.length > 0 && beside.length <= BESIDE ? beside : [file.id];
    const out: Registered[] = [];
    for (const start of contexts.startsOf(fn))
      if (registrars.includes(start.file) && !symbols.gone.has(start.file)) out.push(this.reader.start(start.code));
    for (const id of registrars) {
      const fresh = id >= contexts.files ? source(id) : null;
      if (fresh) out.push(...(this.registeredIn(fresh).get(fn) ?? []));
    }
    return out;
  }

  /** The files of a folder. */
  private beside(directory: number): readonly number[] {
    if (this.byDirectory.size === 0) {
      const { symbols } = this.index.tree;
      for (let id = 0; id < symbols.fileCount; id++) {
        if (symbols.gone.has(id)) continue;
        const here = symbols.t.fileDirectory.at(id);
        const list = this.byDirectory.get(here);
        if (list) list.push(id);
        else this.byDirectory.set(here, [id]);
      }
    }
    return this.byDirectory.get(directory) ?? [];
  }

  private shapeOf(file: LinkedFile, local: number): Start | null {
    const { functions, vars } = file.facts;
    const at = local * F.WORDS;
    const count = functions[at + F.PARAMS] as number;
    const first = functions[at + F.VARS] as number;
    const tags: (string | null)[] = [];
    for (let p = 0; p < count; p++) {
      const word = (first + p) * VAR.WORDS;
      const type = file.typeWord(vars[word + VAR.TYPE] as number);
      const isPointer = ((vars[word + VAR.POINTER] as number) & 0xff) === 1;
      tags.push(
        type >= 0 && (type & 7) === TYPE.STRUCT && isPointer ? this.index.tree.symbols.names.text(type >> 3) : null,
      );
    }
    for (const shape of this.rules.callbackShapes) {
      if (shape.params.length !== count) continue;
      if (shape.params.every((param, i) => param === tags[i]) && this.returns(file, at, shape.returns))
        return { context: shape.context, by: shape.because };
    }
    return null;
  }

  private returns(file: LinkedFile, at: number, wanted: string | null): boolean {
    if (wanted === null) return true;
    const type = file.typeWord(file.facts.functions[at + F.TYPE] as number);
    if (type < 0) return false;
    const name = this.index.tree.symbols.names.text(type >> 3);
    return wanted === name || wanted === `enum ${name}` || wanted === `struct ${name}`;
  }

  /** What a file that an overlay brought registers, by function. */
  private registeredIn(file: LinkedFile): ReadonlyMap<number, readonly Registered[]> {
    const known = this.byFile.get(file.id);
    if (known) return known;
    const found = new Map<number, Registered[]>();
    this.byFile.set(file.id, found);
    const started = (fn: number, code: number): void => {
      const list = found.get(fn) ?? [];
      list.push(this.reader.start(code));
      found.set(fn, list);
    };
    this.reader.read(file, started, () => {});
    return found;
  }
}
