import { F, instructionSize, OP } from '../csource/index.ts';
import { openScope } from '../tree/index.ts';
import { LockClasses } from './lock-classes.ts';
import type { LockIndex } from './lock-index.ts';
import type { Witness } from './order-search.ts';
import type { RuleSet } from './rules/index.ts';

/** Carries the spelling of a lock object from the end of a chain back to its holder. */
export class InstanceTracing {
  private readonly index: LockIndex;
  private readonly classes: LockClasses;

  constructor(index: LockIndex, rules: RuleSet) {
    this.index = index;
    this.classes = new LockClasses(index.tree.inference, index.locks, rules.containers);
  }

  /** The object taken at the end of the chain, in terms of the holder; null when a step loses it. */
  takenInHolder(witness: Witness): string | null {
    let instance = witness.taken.instance;
    for (let i = witness.links.length - 1; i >= 0; i--) {
      if (instance.startsWith(':')) return instance;
      const link = witness.links[i] as { callee: number; word: number };
      const caller = i === 0 ? witness.holder : (witness.links[i - 1] as { callee: number }).callee;
      const args = this.argumentsOf(caller, link.word);
      if (!args || /[%?]/.test(instance)) return null;
      instance = instance.replace(/\$(\d+)/g, (_, n: string) => args[Number(n)] ?? '?');
      if (instance.includes('?')) return null;
    }
    return instance.includes('?') ? null : instance;
  }

  /** Whether the lock taken is provably the very object that is held. */
  isSameObject(witness: Witness): boolean {
    const held = witness.held.instance;
    return !/[?~]/.test(held) && this.takenInHolder(witness) === held;
  }

  /** Spelling of the arguments of the only call of `word` in a function; null when there are several that differ. */
  private argumentsOf(fn: number, word: number): string[] | null {
    const { symbols, source, extraction } = this.index.tree;
    const file = source(symbols.t.fnFile.at(fn));
    if (!file) return null;
    const local = symbols.t.fnLocal.at(fn);
    const { functions, code } = file.facts;
    const start = functions[local * F.WORDS + F.CODE] as number;
    const end = start + (functions[local * F.WORDS + F.CODE_LENGTH] as number);
    const scope = openScope(file, local);
    let found: string[] | null = null;
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
      const expr = code[pc + 1] as number;
      if (!extraction.calleeWords(scope, expr).includes(word)) continue;
      const args = Array.from(file.list(file.b(expr))).map((arg) => this.classes.instanceOf(scope, arg));
      if (found && found.join() !== args.join()) return null;
      found = args;
    }
    return found;
  }
}
