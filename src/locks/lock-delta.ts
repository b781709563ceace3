import { F, type FileFacts, instructionSize, OP, readFile, X, X_KIND } from '../csource/index.ts';
import type { RuleSet } from './rules/index.ts';

/** One file as a patch finds it and leaves it; null for a side that has no such file. Both may be partial. */
export interface FileSides {
  readonly before: Uint8Array | null;
  readonly after: Uint8Array | null;
}

/** What a function does in one version of a patch: a call that it adds, takes away, or has on both sides. */
interface Step {
  readonly sign: '+' | '-' | ' ';
  readonly call: string;
}

/** Longer functions are compared up to here: the alignment takes time in the product of both lengths. */
const LONGEST = 600;
/** Calls of one kind that are named in one sentence. */
const SHOWN = 6;

/** Operations that change what is held or wait for somebody; assertions, queries and initialisers do not. */
const OPERATIONS: ReadonlySet<string> = new Set(['acquire', 'try', 'release', 'downgrade', 'drop-retake', 'wait']);

/**
 * Says which lock operations a patch's newer version has and its older one had not, one sentence a function, in source
 * order. Each version is told by what it changes (its after held against its before), so that other context around the
 * same change, as after a rebase, makes no difference. A patch that is new has nothing on the `from` side.
 *
 * @example
 * lockDelta({ before, after: v10 }, { before, after: v11 }, rules);
 * // ['remove_store(): added device_lock … device_unlock, then device_release_driver() before pci_stop_and_remove_bus_device_locked()']
 */
export function lockDelta(from: FileSides | null, to: FileSides | null, rules: RuleSet): string[] {
  const older = stepsByFunction(from);
  const newer = stepsByFunction(to);
  const names = [...newer.keys(), ...[...older.keys()].filter((name) => !newer.has(name))];
  return names.flatMap((name) => {
    const sentence = describe(older.get(name) ?? [], newer.get(name) ?? [], rules);
    return sentence === null ? [] : [`${name}(): ${sentence}`];
  });
}

function stepsByFunction(sides: FileSides | null): Map<string, Step[]> {
  const before = callsByFunction(sides?.before ?? null);
  const after = callsByFunction(sides?.after ?? null);
  const steps = new Map<string, Step[]>();
  for (const name of [...after.keys(), ...before.keys()]) {
    if (!steps.has(name)) steps.set(name, merge(before.get(name) ?? [], after.get(name) ?? []));
  }
  return steps;
}

/** The calls of each function in source order; parts of a function that a partial file shows apart are joined. */
function callsByFunction(bytes: Uint8Array | null): Map<string, string[]> {
  const calls = new Map<string, string[]>();
  if (bytes === null) return calls;
  const facts = readFile(bytes);
  for (let at = 0; at < facts.functions.length; at += F.WORDS) {
    const name = nameOf(facts, facts.functions[at + F.NAME]!);
    const list = calls.get(name) ?? [];
    calls.set(name, list);
    const start = facts.functions[at + F.CODE]!;
    const end = start + facts.functions[at + F.CODE_LENGTH]!;
    for (let pc = start; pc < end; pc += instructionSize(facts.code, pc)) {
      const op = facts.code[pc]! & 0xff;
      if (op !== OP.CALL && op !== OP.BLOCK) continue;
      const callee = calleeOf(facts, facts.code[pc + 1]!);
      if (callee !== null && list.length < LONGEST) list.push(callee);
    }
  }
  return calls;
}

/** `mutex_lock`, `guard(mutex)`, `->remove`; null for what has no name. */
function calleeOf(facts: FileFacts, call: number): string | null {
  const kind = (expr: number): number => facts.exprs[expr * 3]! & X_KIND;
  const a = (expr: number): number => facts.exprs[expr * 3 + 1]!;
  const b = (expr: number): number => facts.exprs[expr * 3 + 2]!;
  const callee = a(call);
  const words = (expr: number): string | null => {
    if (kind(expr) === X.NAME) return nameOf(facts, a(expr));
    if (kind(expr) === X.FIELD || kind(expr) === X.ARROW) return `->${nameOf(facts, b(expr))}`;
    return null;
  };
  if (kind(callee) !== X.CALL) {
    const name = words(callee);
    const first = facts.lists[b(call) + 1];
    const scoped = name !== null && /^(?:scoped_)?(?:cond_)?guard$/.test(name) && facts.lists[b(call)]! > 0;
    return scoped && first !== undefined && words(first) ? `${name}(${words(first)})` : name;
  }
  const macro = words(a(callee));
  const first = facts.lists[b(callee)]! > 0 ? facts.lists[b(callee) + 1] : undefined;
  const argument = first === undefined ? null : words(first);
  return macro === null ? null : argument === null ? macro : `${macro}(${argument})`;
}

function nameOf(facts: FileFacts, name: number): string {
  if (name < 0) return '';
  const start = name === 0 ? 0 : facts.nameEnds[name - 1]!;
  return Buffer.from(facts.nameBytes.subarray(start, facts.nameEnds[name]!)).toString('latin1');
}

/** A function's two sides as one list. */
function merge(before: readonly string[], after: readonly string[]): Step[] {
  const steps: Step[] = [];
  let i = 0;
  let j = 0;
  for (const [toI, toJ] of [...align(before, after), [before.length, after.length] as const]) {
    while (i < toI) steps.push({ sign: '-', call: before[i++]! });
    while (j < toJ) steps.push({ sign: '+', call: after[j++]! });
    if (i < before.length && j < after.length) steps.push({ sign: ' ', call: after[j]! });
    i++;
    j++;
  }
  return steps;
}

/** Positions of a longest common subsequence, in order. */
function align(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  const best = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      best[i * width + j] =
        a[i] === b[j]
          ? best[(i + 1) * width + j + 1]! + 1
          : Math.max(best[(i + 1) * width + j]!, best[i * width + j + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (best[(i + 1) * width + j]! >= best[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}

function describe(older: readonly Step[], newer: readonly Step[], rules: RuleSet): string | null {
  const key = (step: Step): string => step.sign + step.call;
  const pairs = align(older.map(key), newer.map(key));
  const keptOld = new Set(pairs.map(([i]) => i));
  const keptNew = new Set(pairs.map(([, j]) => j));
  const operation = (step: Step): boolean => step.sign !== ' ' && isOperation(step.call, rules);
  const only = (steps: readonly Step[], kept: ReadonlySet<number>, sign: '+' | '-'): number[] =>
    steps.flatMap((step, i) => (!kept.has(i) && step.sign === sign && operation(step) ? [i] : []));
  let added = only(newer, keptNew, '+');
  let noLonger = only(older, keptOld, '+');
  const removed = only(newer, keptNew, '-');
  const again = only(older, keptOld, '-');

  // What both versions add, each elsewhere in the function, has moved.
  const moved = added.filter((j) => noLonger.some((i) => older[i]!.call === newer[j]!.call));
  const movedCalls = new Set(moved.map((j) => newer[j]!.call));
  added = added.filter((j) => !movedCalls.has(newer[j]!.call));
  noLonger = noLonger.filter((i) => !movedCalls.has(older[i]!.call));

  const parts = [
    added.length > 0 ? `added ${list(newer, added)}${placed(newer, added)}` : '',
    noLonger.length > 0 ? `no longer adds ${list(older, noLonger)}` : '',
    removed.length > 0 ? `removed ${list(newer, removed)}` : '',
    again.length > 0 ? `no longer removes ${list(older, again)}` : '',
    moved.length > 0 ? `moved ${list(newer, moved)}${placed(newer, moved)}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? null : parts.join('; ');
}

/** Neighbours read as a span (`device_lock … device_unlock`), what stands apart as a list. */
function list(steps: readonly Step[], at: readonly number[]): string {
  const calls = at.map((i) => steps[i]!.call);
  const shown = calls.slice(0, SHOWN);
  const more = calls.length > SHOWN ? ` and ${calls.length - SHOWN} more` : '';
  return `${shown.join(' … ')}${more}`;
}

/** Where the operations stand: before which calls, or behind which one. */
function placed(steps: readonly Step[], at: readonly number[]): string {
  const last = at.at(-1) ?? 0;
  const following = steps.slice(last + 1).filter((step) => step.sign !== '-' && !isAccessor(step.call));
  const [next, then] = following;
  if (next && then) return `, then ${next.call}() before ${then.call}()`;
  if (next) return `, then ${next.call}()`;
  const first = at[0] ?? 0;
  const before = steps.slice(0, first).filter((step) => step.sign !== '-' && !isAccessor(step.call));
  const previous = before.at(-1);
  return previous ? `, after ${previous.call}()` : '';
}

/** `to_pci_dev(dev)` and its like only say how an argument is spelt. */
function isAccessor(call: string): boolean {
  return /^(?:to_|container_of|dev_get_drvdata|IS_ERR|PTR_ERR|WARN|ARRAY_SIZE|min|max|sizeof)/.test(call);
}

/** A call that the rules know as a lock operation or a guard; else one whose name has a word for it. */
function isOperation(call: string, rules: RuleSet): boolean {
  const rule = rules.locks.get(call);
  if (rule) return OPERATIONS.has(rule.op);
  if (rules.guards.has(call) || /guard\(\w+\)$/.test(call)) return true;
  return call.split('_').some((word) => /^(?:un|try|re)?lock$/.test(word));
}
