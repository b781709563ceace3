import type { NameTable } from './names.ts';
import { K, T, type Tokens } from './tokens.ts';
import { TRAIT, traitsOf } from './word-traits.ts';

/** Conditions whose first arm is dead text in every kernel build. */
const DEAD =
  /^(0|notdef|never|should_never_happen|__assembly__|__assembler__|__cplusplus|defined ?\(?__cplusplus\)?)$/i;
/** Conditions of `#ifndef` or negations whose first arm is dead. */
const ALIVE = /^(1|__KERNEL__)$/;
/** How far an arm's edges are looked at. */
const EDGE = 200;

interface Group {
  brace: number;
  paren: number;
  /** Token indexes of the arms' opening directives, and of the `#endif` at last. */
  marks: number[];
  /** The first arm that is alive fixes the depth after the group. */
  delta: number | null;
  parenDelta: number;
  clean: boolean;
  /** Lowest brace depth in the current arm, and in all of them. */
  lowest: number;
  lowestOfAll: number;
  dead: boolean[];
}

/**
 * Decides which `#if` arms the parser sees. Arms that leave the brackets balanced stay, with their directives, as
 * branches; where they do not, or where an arm begins with `else` or ends amid a statement, the first arm stays as plain
 * text and the others go. `#if 0` and its like go. Returns the lines of the groups in which an arm was dropped because it
 * did not balance (for the coverage).
 */
export function selectArms(bytes: Uint8Array, tokens: Tokens, names: NameTable): number[] {
  const { kind } = tokens;
  /** For the first token of what goes, the end of it. */
  const drops = new Map<number, number>();
  const dropped: number[] = [];
  const stack: Group[] = [];
  let top: Group | undefined;
  let brace = 0;
  let paren = 0;

  const text = (i: number): string => {
    const start = tokens.start[i] as number;
    const end = Math.min(tokens.end[i] as number, start + 200);
    return String.fromCharCode(...bytes.subarray(start, end));
  };
  const closeArm = (group: Group, end: number): void => {
    const isDead = group.dead[group.dead.length - 1] === true;
    if (!isDead) {
      if (group.delta === null) {
        group.delta = brace - group.brace;
        group.parenDelta = paren - group.paren;
      }
      if (brace !== group.brace || paren !== group.paren || group.lowest < group.brace) group.clean = false;
      else if (
        group.clean &&
        brace > 0 &&
        isAmidStatement(tokens, names, group.marks[group.marks.length - 1] as number, end)
      )
        group.clean = false;
    }
    if (group.lowest < group.lowestOfAll) group.lowestOfAll = group.lowest;
    brace = group.brace;
    paren = group.paren;
    group.lowest = brace;
  };

  for (let i = 0; i < tokens.count; i++) {
    const k = kind[i] as number;
    if (k < 40) continue;
    if (k === 40) paren++;
    else if (k === 41) paren--;
    else if (k === 123) brace++;
    else if (k === 125) {
      brace--;
      if (top !== undefined && brace < top.lowest) top.lowest = brace;
    } else if (k >= T.PP_IF) {
      switch (k) {
        case T.PP_DEFINE:
          while (i < tokens.count && kind[i] !== T.PP_EOL) i++;
          break;
        case T.PP_IF:
        case T.PP_IFDEF:
        case T.PP_IFNDEF: {
          const condition = text(i);
          const isDead = k === T.PP_IFNDEF ? ALIVE.test(condition) : DEAD.test(condition);
          top = {
            brace,
            paren,
            marks: [i],
            delta: null,
            parenDelta: 0,
            clean: true,
            lowest: brace,
            lowestOfAll: brace,
            dead: [isDead],
          };
          stack.push(top);
          break;
        }
        case T.PP_ELIF:
        case T.PP_ELSE: {
          if (top === undefined) {
            drops.set(i, i + 1);
            break;
          }
          closeArm(top, i);
          const first = top.marks[0] as number;
          const isNegative = kind[first] === T.PP_IFNDEF;
          const firstHolds = top.marks.length === 1 && (isNegative ? DEAD : ALIVE).test(text(first));
          top.dead.push((k === T.PP_ELSE && firstHolds) || (k === T.PP_ELIF && DEAD.test(text(i))));
          top.marks.push(i);
          break;
        }
        case T.PP_ENDIF: {
          const group = stack.pop();
          top = stack[stack.length - 1];
          if (group === undefined) {
            drops.set(i, i + 1);
            break;
          }
          closeArm(group, i);
          group.marks.push(i);
          settle(tokens, group, drops, dropped);
          brace = group.brace + (group.delta ?? 0);
          paren = group.paren + (group.delta === null ? 0 : group.parenDelta);
          if (top !== undefined) top.lowest = Math.min(top.lowest, brace, group.lowestOfAll);
          break;
        }
        default:
      }
    }
  }
  for (const group of stack) drops.set(group.marks[0] as number, (group.marks[0] as number) + 1); // never ends: its text counts
  if (drops.size > 0) compact(tokens, drops);
  return dropped;
}

/**
 * Whether the arm between two directives is a piece of a statement: it begins with `else`, or ends with one or with the
 * head of an `if` or a loop, whose statement follows behind the `#endif`.
 */
function isAmidStatement(tokens: Tokens, names: NameTable, mark: number, end: number): boolean {
  const { kind, name } = tokens;
  let first = mark + 1;
  while (first < end && first < mark + 8 && (kind[first] as number) >= T.PP_IF) first++;
  if (first >= end) return false;
  if (name[first] === K['else']) return true;
  let last = end - 1;
  while (last > mark && last > end - 8 && (kind[last] as number) >= T.PP_IF) last--;
  if (name[last] === K['else']) return true;
  if (kind[last] !== 41) return false;
  let depth = 0;
  for (let i = last; i > mark && i > last - EDGE; i--) {
    const k = kind[i];
    if (k === 41) depth++;
    else if (k === 40 && --depth === 0) {
      const head = name[i - 1] as number;
      if (head === K['if'] || head === K['for'] || head === K['while'] || head === K['switch']) return true;
      return (
        i - 1 > mark && head >= 0 && names.bytes(head).length < 200 && (traitsOf(names.text(head)) & TRAIT.LOOP) !== 0
      );
    }
  }
  return false;
}

function settle(tokens: Tokens, group: Group, drops: Map<number, number>, dropped: number[]): void {
  const { marks, dead } = group;
  const end = marks[marks.length - 1] as number;
  const alive = dead.filter((d) => !d).length;
  const plain = !group.clean || group.paren > 0 || alive !== dead.length;
  if (!plain) return;
  let kept = false;
  for (let arm = 0; arm < dead.length; arm++) {
    const from = marks[arm] as number;
    const goes = dead[arm] || kept;
    drops.set(from, goes ? (marks[arm + 1] as number) : from + 1);
    if (!goes) kept = true;
  }
  drops.set(end, end + 1);
  if (alive > 1) dropped.push(tokens.line[marks[0] as number] as number);
}

/** Takes out what goes. Ranges may nest: the one that ends last counts. */
function compact(tokens: Tokens, drops: Map<number, number>): void {
  const { kind, start, end, line, name } = tokens;
  const starts = Int32Array.from(drops.keys()).sort();
  let to = starts[0] as number;
  let from = to;
  for (let i = 0; i <= starts.length; i++) {
    const next = i < starts.length ? (starts[i] as number) : tokens.count;
    if (next > from) {
      kind.copyWithin(to, from, next);
      start.copyWithin(to, from, next);
      end.copyWithin(to, from, next);
      line.copyWithin(to, from, next);
      name.copyWithin(to, from, next);
      to += next - from;
      from = next;
    }
    if (i < starts.length) from = Math.max(from, drops.get(next) as number);
  }
  tokens.count = to;
}

/**
 * A condition in one spelling, so that `#ifdef X`, `#if defined(X)` and `#if IS_ENABLED(X)` correlate.
 * Returns the text and whether the directive negates it.
 */
export function normalCondition(kind: number, text: string): { text: string; negated: boolean } {
  let negated = kind === T.PP_IFNDEF;
  let rest = text.replace(/[\s\\]+/g, ' ').trim();
  if (rest.length < 200) {
    for (;;) {
      const simple = /^!\s*(defined ?\(? ?\w+ ?\)?|IS_\w+ ?\(\w+\))$/.exec(rest);
      if (simple) {
        negated = !negated;
        rest = simple[1] as string;
        continue;
      }
      const named = /^(?:defined ?\(? ?(\w+) ?\)?|(?:IS_ENABLED|IS_BUILTIN|IS_REACHABLE) ?\((\w+)\))$/.exec(rest);
      if (named) rest = (named[1] ?? named[2]) as string;
      break;
    }
  }
  return { text: rest, negated };
}
