import { F, FLAG, instructionSize, OP, X } from '../csource/index.ts';
import type { LinkedFile, TreeIndex } from '../tree/index.ts';
import { type Balance, NO_BALANCE } from './balance.ts';
import { FunctionWalk } from './function-walk.ts';
import { LockClasses } from './lock-classes.ts';
import type { LockTable } from './lock-table.ts';
import type { AnalysisContext } from './lock-transfer.ts';
import type { LockApi, RuleSet } from './rules/index.ts';
import { type Effect, EMPTY_SUMMARY, type Summary } from './summary.ts';

/** Gives the net effects of a function as far as they are known. */
export type EffectsOf = (fn: number) => readonly Effect[];

/** Analyses functions one by one: held sets at every point, path-sensitive in the locks. */
export class FunctionAnalysis {
  private readonly index: TreeIndex;
  private readonly context: AnalysisContext;
  private readonly classes: LockClasses;
  private readonly effectsOf: EffectsOf;
  private readonly runsIn: (fn: number) => Iterable<number>;
  /** The rules by the tree's ids of the names that they are about. */
  private readonly apis = new Map<number, LockApi>();
  private readonly concerning = new Set<number>();
  private readonly guardBlocks = new Set<number>();
  /** By function: how often a caller held what it gives back, and how often not. */
  readonly releases = new Map<number, { matched: number; missed: number }>();

  /** `runsIn` gives the wait classes that a callback keeps others waiting for. */
  constructor(
    index: TreeIndex,
    rules: RuleSet,
    locks: LockTable,
    effectsOf: EffectsOf,
    runsIn: (fn: number) => Iterable<number> = () => [],
  ) {
    this.runsIn = runsIn;
    this.index = index;
    this.context = {
      index,
      rules,
      locks,
      effectsOf,
      apiOf: (file, name) => this.api(file, name),
      releases: this.releases,
    };
    this.classes = new LockClasses(index.inference, locks, rules.containers);
    this.effectsOf = effectsOf;
    const { names } = index.symbols;
    for (const [name, api] of rules.locks) {
      const id = names.internString(name);
      this.apis.set(id, api);
      if (api.op !== 'query' && api.op !== 'init') this.concerning.add(id);
    }
    for (const name of rules.guards.keys()) this.concerning.add(names.internString(name));
    for (const name of ['scoped_guard', 'scoped_cond_guard']) this.guardBlocks.add(names.internString(name));
  }

  /** The lock call a name of a file stands for, null when it is none. */
  api(file: LinkedFile, name: number): LockApi | null {
    return this.apis.get(file.global(name)) ?? null;
  }

  /** Whether anything in the function can touch a lock: an API call, a guard, a callee with effects, an annotation. */
  concerns(file: LinkedFile, local: number): boolean {
    const fn = file.functionIds[local] as number;
    for (const _ of this.runsIn(fn)) return true;
    const { functions, code } = file.facts;
    const at = local * F.WORDS;
    const start = functions[at + F.CODE] as number;
    const end = start + (functions[at + F.CODE_LENGTH] as number);
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      const op = (code[pc] as number) & 0xff;
      if (op !== OP.CALL && op !== OP.BLOCK) continue;
      const callee = file.a(code[pc + 1] as number);
      const kind = file.kind(callee);
      if (kind === X.CALL || kind === X.COND) return true;
      if (kind !== X.NAME) continue;
      const name = file.global(file.a(callee));
      if (this.concerning.has(name) || (op === OP.BLOCK && this.guardBlocks.has(name))) return true;
    }
    return this.mayMeetEffects(fn) && this.callsEffects(file, start, end);
  }

  /** False when the call graph knows that no callee has effects; an overlay's graph does not know who calls new functions. */
  private mayMeetEffects(fn: number): boolean {
    if ('touched' in this.index) return true;
    for (const word of this.index.graph.calleesOf(fn)) if (word >= 0 && this.effectsOf(word).length > 0) return true;
    return false;
  }

  private callsEffects(file: LinkedFile, start: number, end: number): boolean {
    const { code } = file.facts;
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      const op = (code[pc] as number) & 0xff;
      if (op !== OP.CALL && op !== OP.BLOCK) continue;
      const callee = file.a(code[pc + 1] as number);
      if (file.kind(callee) !== X.NAME) continue;
      for (const fn of this.index.extraction.functionsOf(file, file.a(callee)))
        if (this.effectsOf(fn).length > 0) return true;
    }
    return false;
  }

  /** Where the exits of a function disagree about a lock; nothing for a function that was not read whole. */
  balance(file: LinkedFile, local: number): Balance {
    const flags = file.facts.functions[local * F.WORDS + F.FLAGS] as number;
    if ((flags & (FLAG.PARTIAL | FLAG.MACRO)) !== 0 || !this.concerns(file, local)) return NO_BALANCE;
    return this.walk(file, local, true).balance();
  }

  /** The summary of the function at position `local` of its file. */
  analyse(file: LinkedFile, local: number): Summary {
    if (!this.concerns(file, local)) return EMPTY_SUMMARY;
    return this.walk(file, local).run();
  }

  private walk(file: LinkedFile, local: number, sections = false): FunctionWalk {
    const runsIn = [...this.runsIn(file.functionIds[local] as number)];
    return new FunctionWalk(this.context, this.classes, runsIn, file, local, sections);
  }
}
