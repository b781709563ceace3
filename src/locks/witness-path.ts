import { F, FLAG, instructionSize, OP, X } from '../csource/index.ts';
import type { OrderPath, PathStep } from './finding.ts';
import type { LockIndex } from './lock-index.ts';
import type { OrderSearch, Witness } from './order-search.ts';

/** Levels of callers looked at for an entry point above the holder. */
const ENTRY_DEPTH = 4;
const ENTRY_NODES = 600;
/** How functions that a user can call from outside are named in the kernel. */
const USER_ENTRY = /_store$|_show$|ioctl|_write$|_release$|^__do_sys_|_open$/;

/** Writes witnesses as chains a maintainer can follow with grep. */
export class PathWriter {
  private readonly index: LockIndex;
  private readonly search: OrderSearch;
  private readonly entries = new Map<number, readonly number[]>();

  constructor(search: OrderSearch) {
    this.search = search;
    this.index = search.index;
  }

  /**
   * The witnesses in the order in which a reader should meet them: short ones, whose entry a user can reach, on every
   * architecture, near the files of the series.
   */
  rank(witnesses: readonly Witness[], near: ReadonlySet<string>): Witness[] {
    const { graph } = this.index.tree;
    const scored = witnesses.map((witness) => ({
      witness,
      score: witness.cost + this.distance(witness, near),
      // of two that are equally short, the one by well-travelled functions is the better example
      travelled: witness.links.reduce((sum, link) => sum + Math.log2(1 + graph.callersOf(link.callee).length), 0),
    }));
    return scored
      .sort((x, y) => x.score - y.score || y.travelled - x.travelled || x.witness.holder - y.witness.holder)
      .map(({ witness }) => witness);
  }

  private distance(witness: Witness, near: ReadonlySet<string>): number {
    const { symbols } = this.index.tree;
    const prefix = this.entryTo(witness.holder);
    const entry = prefix[0] ?? witness.holder;
    let score = 0.5 * prefix.length;
    if (USER_ENTRY.test(symbols.functionName(entry))) score -= 6;
    // who only says that the lock is held does not show where it was taken
    if (witness.held.entry && !this.search.isWait(witness.held.lock)) score += 6;
    if ((symbols.t.fnFlags.at(entry) & (FLAG.INIT | FLAG.EXIT)) !== 0) score += 6;
    const files = [entry, witness.holder, ...witness.links.map((link) => link.callee)].map((fn) => this.pathOf(fn));
    for (const file of new Set(files))
      if (/^arch\//.test(file) && !near.has(file.slice(0, file.lastIndexOf('/')))) score += 3;
    if (near.has(this.directoryOf(witness.holder))) score -= 2;
    return score;
  }

  write(witness: Witness): OrderPath {
    const { symbols, graph } = this.index.tree;
    const chain: PathStep[] = [];
    const assumptions: string[] = [];
    const prefix = this.entryTo(witness.holder);
    for (let i = 0; i < prefix.length; i++) {
      const fn = prefix[i] as number;
      const next = prefix[i + 1] ?? witness.holder;
      chain.push(this.step(fn, this.lineOfCall(fn, next), i === 0 ? 'entry' : 'call', null));
    }
    const holderStep = chain.length;
    const firstLine = witness.links.length > 0 ? (witness.links[0] as { line: number }).line : witness.taken.line;
    chain.push(this.step(witness.holder, firstLine, holderStep === 0 ? 'entry' : 'call', null));
    witness.links.forEach((link, i) => {
      const line = i + 1 < witness.links.length ? (witness.links[i + 1] as { line: number }).line : witness.taken.line;
      if (link.word >= 0) chain.push(this.step(link.callee, line, 'call', null));
      else {
        const slot = ~link.word;
        const tag = graph.slotTag.at(slot);
        const targets = graph.targetsOf(slot).length;
        const name =
          tag >= 0
            ? `${symbols.names.text(tag)}.${symbols.names.text(graph.slotField.at(slot))}`
            : `${symbols.functionName(~tag)}(argument ${graph.slotField.at(slot) + 1})`;
        chain.push(this.step(link.callee, line, tag >= 0 ? 'slot' : 'callback', name));
        if (targets > 1)
          assumptions.push(`${name} is ${symbols.functionName(link.callee)}, one of ${targets} functions found for it`);
      }
    });
    const last = chain.length - 1;
    const taken = witness.taken;
    let wait: OrderPath['wait'] = null;
    if (taken.via >= 0) {
      const own = this.index.summaryOf(taken.via).acquisitions[0];
      chain.push(this.step(taken.via, own?.line ?? symbols.t.fnLine.at(taken.via), 'call', null));
    } else {
      const end = (witness.links[witness.links.length - 1]?.callee ?? witness.holder) as number;
      wait = { step: last, call: this.callAt(end, taken.line), file: this.pathOf(end), line: taken.line };
    }
    const { held } = witness;
    if (held.entry && !this.search.isWait(held.lock))
      assumptions.push(
        `${symbols.functionName(witness.holder)} is called with ${this.index.locks.text(held.lock)} held, as it says itself`,
      );
    return {
      holds: this.index.locks.text(held.lock),
      waits: this.index.locks.text(taken.lock),
      chain,
      acquire: held.entry
        ? null
        : {
            step: holderStep,
            call: held.via >= 0 ? symbols.functionName(held.via) : this.callAt(witness.holder, held.line),
            file: this.pathOf(witness.holder),
            line: held.line,
          },
      wait,
      condition: this.conditionOf(chain, [witness.holder, ...witness.links.map((link) => link.callee)]),
      instance: 'unknown',
      assumptions,
      cost: witness.cost,
    };
  }

  private step(fn: number, line: number, via: PathStep['via'], slot: string | null): PathStep {
    const { symbols } = this.index.tree;
    return {
      function: symbols.functionName(fn),
      file: this.pathOf(fn),
      line: line > 0 ? line : symbols.t.fnLine.at(fn),
      via,
      slot,
    };
  }

  private pathOf(fn: number): string {
    const { symbols } = this.index.tree;
    return symbols.path(symbols.t.fnFile.at(fn));
  }

  private lineOfCall(caller: number, word: number): number {
    const { graph } = this.index.tree;
    const at = graph.calleesOf(caller).indexOf(word);
    return at < 0 ? 0 : (graph.calleeLinesOf(caller)[at] as number);
  }

  /** Functions from an entry point down to the holder (exclusive); empty when the holder is one, or none is near. */
  private entryTo(holder: number): readonly number[] {
    let known = this.entries.get(holder);
    if (!known) {
      known = this.findEntry(holder);
      this.entries.set(holder, known);
    }
    return known;
  }

  private findEntry(holder: number): number[] {
    const { graph, symbols } = this.index.tree;
    const parent = new Map<number, number>([[holder, -1]]);
    let level = [holder];
    let best: { fn: number; score: number } | null = null;
    const directory = this.directoryOf(holder);
    for (let depth = 0; depth <= ENTRY_DEPTH && level.length > 0 && parent.size < ENTRY_NODES; depth++) {
      const next: number[] = [];
      for (const fn of level) {
        const callers = graph.callersOf(fn).filter((caller) => !this.search.isClosed(caller));
        if (callers.length === 0) {
          let score = depth * 2 + (this.directoryOf(fn) === directory ? 0 : 2);
          if (USER_ENTRY.test(symbols.functionName(fn))) score -= 3;
          if ((symbols.t.fnFlags.at(fn) & (FLAG.INIT | FLAG.EXIT)) !== 0) score += 4;
          if ((symbols.t.fnFlags.at(fn) & FLAG.STATIC) === 0) score += 2;
          if (!best || score < best.score || (score === best.score && fn < best.fn)) best = { fn, score };
          continue;
        }
        for (const caller of callers) {
          if (parent.has(caller)) continue;
          parent.set(caller, fn);
          next.push(caller);
        }
      }
      level = next;
    }
    if (!best || best.fn === holder) return [];
    const chain: number[] = [];
    for (let fn = best.fn; fn !== holder && fn >= 0; fn = parent.get(fn) as number) chain.push(fn);
    return chain;
  }

  private directoryOf(fn: number): string {
    const path = this.pathOf(fn);
    return path.slice(0, path.lastIndexOf('/'));
  }

  /** The lock call at a line of a function, by name. */
  private callAt(fn: number, line: number): string {
    const { symbols, source } = this.index.tree;
    const file = source(symbols.t.fnFile.at(fn));
    if (!file) return '?';
    const at = symbols.t.fnLocal.at(fn) * F.WORDS;
    const { functions, code } = file.facts;
    const start = functions[at + F.CODE] as number;
    const end = start + (functions[at + F.CODE_LENGTH] as number);
    const base = functions[at + F.LINE] as number;
    let fallback = '?';
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      const word = code[pc] as number;
      const op = word & 0xff;
      if ((op !== OP.CALL && op !== OP.BLOCK) || base + (word >> 8) !== line) continue;
      let callee = file.a(code[pc + 1] as number);
      if (file.kind(callee) === X.CALL) callee = file.a(callee);
      if (file.kind(callee) !== X.NAME) continue;
      const name = file.name(file.a(callee));
      if (/lock|down|guard|acquire|begin|enter|mutex|sem/i.test(name)) return name;
      fallback = name;
    }
    return fallback;
  }

  private conditionOf(chain: readonly PathStep[], fns: readonly number[]): string | null {
    const { symbols, source } = this.index.tree;
    const said = new Set<string>();
    for (const step of chain) {
      const arch = /^arch\/([^/]+)\//.exec(step.file);
      if (arch) said.add(`arch/${arch[1]}`);
    }
    for (const fn of fns) {
      const file = source(symbols.t.fnFile.at(fn));
      if (!file) continue;
      const condition = file.facts.functions[symbols.t.fnLocal.at(fn) * F.WORDS + F.CONDITION] as number;
      if (condition < 0) continue;
      for (const part of file.name(condition).split(' && ')) if (/^!?\(?CONFIG_\w+$/.test(part)) said.add(part);
    }
    return said.size > 0 ? [...said].sort().join(' && ') : null;
  }
}
