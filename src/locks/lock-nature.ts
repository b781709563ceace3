import { F, instructionSize, OP, TYPE, X } from '../csource/index.ts';
import { CONTEXT } from './context-watch.ts';
import type { LockIndex } from './lock-index.ts';
import type { RuleSet } from './rules/index.ts';

/** Acquirers looked at when the type of a lock is not in sight. */
const LOOKED_AT = 4;

/** Tells which lock classes may not be held where something sleeps, from their declarations or from who takes them. */
export class LockNature {
  private readonly index: LockIndex;
  private readonly rules: RuleSet;
  private readonly byType = new Map<string, boolean>();
  private readonly byClass = new Map<string, boolean>();
  private readonly known = new Map<number, boolean>();

  constructor(index: LockIndex, rules: RuleSet) {
    this.index = index;
    this.rules = rules;
    for (const family of rules.families) for (const type of family.types) this.byType.set(type, family.atomic);
    const atomic = new Set(rules.families.filter((family) => family.atomic).map((family) => family.family));
    for (const api of rules.locks.values())
      if (api.lockClass !== null && api.op === 'acquire') this.byClass.set(api.lockClass, atomic.has(api.family));
    for (const text of Object.values(CONTEXT)) this.byClass.set(text, true);
  }

  /** Whether nobody may sleep who holds the lock (or is in the context) of this class. */
  isAtomic(lock: number): boolean {
    let atomic = this.known.get(lock);
    if (atomic === undefined) {
      atomic = this.find(lock);
      this.known.set(lock, atomic);
    }
    return atomic;
  }

  private find(lock: number): boolean {
    const text = this.index.locks.text(lock);
    if (text.startsWith('?')) return false;
    const known = this.byClass.get(text);
    if (known !== undefined) return known;
    if (text.startsWith('$')) return false;
    const type = this.declaredType(text);
    if (type !== null) {
      const said = this.byType.get(type);
      if (said !== undefined) return said;
    }
    return this.asTaken(lock);
  }

  /** `struct mutex`, `spinlock_t`: how the last field, or the global, is declared. */
  private declaredType(text: string): string | null {
    const { symbols } = this.index.tree;
    const { t, names } = symbols;
    const last = text.slice(text.lastIndexOf(':') + 1);
    const dot = last.lastIndexOf('.');
    let word = -1;
    if (dot > 0) {
      const tag = names.find(last.slice(0, dot));
      const name = names.find(last.slice(dot + 1));
      if (tag < 0 || name < 0) return null;
      for (let id = t.structHead.find(tag); id >= 0 && word < 0; id = t.structNext.at(id)) {
        const field = symbols.field(id, name);
        if (field >= 0) word = t.fieldType.at(field);
      }
    } else {
      const name = names.find(last);
      for (let id = name < 0 ? -1 : t.globalHead.find(name); id >= 0 && word < 0; id = t.globalNext.at(id))
        word = t.globalType.at(id);
    }
    if (word < 0) return null;
    const what = names.text(word >> 3);
    return (word & 7) === TYPE.STRUCT ? `struct ${what}` : what;
  }

  /** What the calls that take it are. */
  private asTaken(lock: number): boolean {
    const { symbols, source } = this.index.tree;
    for (const fn of this.index.acquirersOf(lock).slice(0, LOOKED_AT)) {
      const taken = this.index.summaryOf(fn).acquisitions.find((a) => a.lock === lock && a.via < 0);
      const file = taken ? source(symbols.t.fnFile.at(fn)) : null;
      if (!taken || !file) continue;
      const { functions, code } = file.facts;
      const at = symbols.t.fnLocal.at(fn) * F.WORDS;
      const start = functions[at + F.CODE] as number;
      const end = start + (functions[at + F.CODE_LENGTH] as number);
      for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
        const word = code[pc] as number;
        if ((word & 0xff) !== OP.CALL || (functions[at + F.LINE] as number) + (word >> 8) !== taken.line) continue;
        const callee = file.a(code[pc + 1] as number);
        const api = file.kind(callee) === X.NAME ? this.rules.locks.get(file.name(file.a(callee))) : undefined;
        if (api && (api.op === 'acquire' || api.op === 'try'))
          return this.rules.families.some((family) => family.family === api.family && family.atomic);
      }
    }
    return false;
  }
}
