import { K, T, type Tokens } from './tokens.ts';

/** Conditions whose first arm is dead text in every kernel build. */
const DEAD = /^(0|notdef|never|should_never_happen|__assembly__|__assembler__|__vdso__ignored)$/i;
/** Conditions of `#ifndef` or negations whose first arm is dead. */
const ALIVE = /^(1|__KERNEL__)$/;

interface Group {
  start: number;
  brace: number;
  paren: number;
  /** Token indexes of the arms' opening directives, and of the `#endif` at last. */
  marks: number[];
  /** The first arm that is alive fixes the depth after the group. */
  delta: number | null;
  parenDelta: number;
  clean: boolean;
  lowest: number;
  dead: boolean[];
}

/**
 * Decides which `#if` arms the parser sees. Arms that leave the brackets balanced stay, with their directives, as
 * branches; where they do not, the first arm stays as plain text and the others go. `#if 0` and its like go. Returns the
 * lines of the groups in which an arm was dropped because it did not balance (for the coverage).
 */
export function selectArms(bytes: Uint8Array, tokens: Tokens): number[] {
  const { kind } = tokens;
  const drop = new Uint8Array(tokens.count);
  const dropped: number[] = [];
  const stack: Group[] = [];
  let brace = 0;
  let paren = 0;
  let any = false;

  const text = (i: number): string => {
    const start = tokens.start[i] as number;
    const end = Math.min(tokens.end[i] as number, start + 200);
    return String.fromCharCode(...bytes.subarray(start, end));
  };
  const closeArm = (group: Group): void => {
    const isDead = group.dead[group.dead.length - 1] === true;
    if (!isDead) {
      if (group.delta === null) {
        group.delta = brace - group.brace;
        group.parenDelta = paren - group.paren;
      }
      if (brace !== group.brace || paren !== group.paren || group.lowest < group.brace) group.clean = false;
    }
    brace = group.brace;
    paren = group.paren;
    group.lowest = brace;
  };

  for (let i = 0; i < tokens.count; i++) {
    const k = kind[i] as number;
    switch (k) {
      case 123:
        brace++;
        break;
      case 125:
        brace--;
        for (let s = stack.length - 1; s >= 0 && brace < (stack[s] as Group).lowest; s--)
          (stack[s] as Group).lowest = brace;
        break;
      case 40:
        paren++;
        break;
      case 41:
        paren--;
        break;
      case T.PP_DEFINE:
        while (i < tokens.count && kind[i] !== T.PP_EOL) i++;
        break;
      case T.PP_IF:
      case T.PP_IFDEF:
      case T.PP_IFNDEF: {
        any = true;
        const condition = text(i);
        const dead = k === T.PP_IFNDEF ? ALIVE.test(condition) : DEAD.test(condition);
        stack.push({
          start: i,
          brace,
          paren,
          marks: [i],
          delta: null,
          parenDelta: 0,
          clean: true,
          lowest: brace,
          dead: [dead],
        });
        break;
      }
      case T.PP_ELIF:
      case T.PP_ELSE: {
        const group = stack[stack.length - 1];
        if (!group) {
          drop[i] = 1;
          any = true;
          break;
        }
        closeArm(group);
        const first = group.marks.length === 1 ? (group.start as number) : -1;
        const firstAlive = first >= 0 && kind[first] !== T.PP_IFNDEF && ALIVE.test(text(first));
        const firstDead = kind[group.start] === T.PP_IFNDEF && DEAD.test(text(group.start));
        group.marks.push(i);
        group.dead.push((k === T.PP_ELSE && (firstAlive || firstDead)) || (k === T.PP_ELIF && DEAD.test(text(i))));
        break;
      }
      case T.PP_ENDIF: {
        const group = stack.pop();
        if (!group) {
          drop[i] = 1;
          any = true;
          break;
        }
        closeArm(group);
        group.marks.push(i);
        settle(tokens, group, drop, dropped);
        brace = group.brace + (group.delta ?? 0);
        paren = group.paren + (group.delta === null ? 0 : group.parenDelta);
        const outer = stack[stack.length - 1];
        if (outer && brace < outer.lowest) outer.lowest = brace;
        break;
      }
      default:
    }
  }
  for (const group of stack) drop[group.start] = 1; // an #if that never ends: its text counts, the line does not
  if (any) compact(tokens, drop);
  return dropped;
}

function settle(tokens: Tokens, group: Group, drop: Uint8Array, dropped: number[]): void {
  const { marks, dead } = group;
  const end = marks[marks.length - 1] as number;
  const alive = dead.filter((d) => !d).length;
  const plain = !group.clean || group.paren > 0 || alive !== dead.length;
  if (!plain) return;
  let kept = false;
  for (let arm = 0; arm < dead.length; arm++) {
    const from = marks[arm] as number;
    const to = marks[arm + 1] as number;
    drop[from] = 1;
    if (dead[arm] || kept) drop.fill(1, from, to);
    else kept = true;
  }
  drop[end] = 1;
  if (alive > 1) dropped.push(tokens.line[group.start] as number);
}

function compact(tokens: Tokens, drop: Uint8Array): void {
  let to = 0;
  for (let from = 0; from < tokens.count; from++) {
    if (drop[from]) continue;
    if (to !== from) {
      tokens.kind[to] = tokens.kind[from] as number;
      tokens.start[to] = tokens.start[from] as number;
      tokens.end[to] = tokens.end[from] as number;
      tokens.line[to] = tokens.line[from] as number;
      tokens.name[to] = tokens.name[from] as number;
    }
    to++;
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

/** Whether a name is one of the words that begin a statement. */
export function beginsStatement(name: number): boolean {
  return name <= K['goto'];
}
