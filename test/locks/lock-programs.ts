import fc from 'fast-check';

/** A statement of a small program over a few locks. */
export type Statement =
  | { readonly kind: 'lock' | 'unlock' | 'enter' | 'leave'; readonly lock: number }
  | { readonly kind: 'probe' | 'return' | 'call'; readonly to: number }
  | {
      readonly kind: 'if' | 'loop' | 'switch';
      readonly body: readonly Statement[];
      readonly other: readonly Statement[];
    }
  | { readonly kind: 'guard'; readonly lock: number; readonly body: readonly Statement[] };

/** The locks of all programs. */
export const NAMES = ['a', 'b', 'c'] as const;
const nameOf = (lock: number): string => NAMES[lock % NAMES.length] as string;

/** What every program stands on: the locks, their wrappers, conditions of which nothing is known. */
export const PROGRAM_HEAD = [
  ...[...NAMES, ...NAMES.map((lock) => `after_${lock}`), 'probe'].map((lock) => `static DEFINE_MUTEX(${lock});`),
  ...NAMES.flatMap((lock) => [
    `static void enter_${lock}(void) { mutex_lock(&${lock}); }`,
    `static void leave_${lock}(void) { mutex_unlock(&${lock}); }`,
  ]),
  'int condition(void);',
  '',
].join('\n');

const { statements } = fc.letrec<{ statements: Statement[]; statement: Statement }>((tie) => ({
  statements: fc.array(tie('statement'), { minLength: 1, maxLength: 7, size: 'max', depthIdentifier: 'program' }),
  statement: fc.oneof(
    { depthIdentifier: 'program', maxDepth: 3, depthSize: 'max', withCrossShrink: true },
    fc.record({ kind: fc.constantFrom('lock', 'unlock', 'lock', 'unlock', 'enter', 'leave'), lock: fc.nat(2) }),
    fc.record({ kind: fc.constantFrom('probe', 'probe', 'call', 'return'), to: fc.nat(2) }),
    fc.record({
      kind: fc.constantFrom('if', 'loop', 'switch'),
      body: tie('statements'),
      other: tie('statements'),
    }),
    fc.record({ kind: fc.constant('guard'), lock: fc.nat(2), body: tie('statements') }),
  ) as fc.Arbitrary<Statement>,
}));

/** Bodies of functions, anything in any order. */
export const programs: fc.Arbitrary<Statement[]> = statements;

/** The program as it stands, right or wrong. */
export function anyProgram(name: string, body: readonly Statement[], callees: readonly string[]): string {
  const write = (list: readonly Statement[]): string =>
    list
      .map((statement) => {
        switch (statement.kind) {
          case 'probe':
            return 'mutex_lock(&probe); mutex_unlock(&probe);';
          case 'return':
            return 'return;';
          case 'call':
            return callees.length > 0 ? `${callees[statement.to % callees.length]}();` : ';';
          case 'if':
            return `if (condition()) {\n${write(statement.body)}\n} else {\n${write(statement.other)}\n}`;
          case 'loop':
            return `while (condition()) {\n${write(statement.body)}\nif (condition()) break;\n${write(statement.other)}\n}`;
          case 'switch':
            return `switch (condition()) {\ncase 1:\n${write(statement.body)}\ncase 2:\n${write(statement.other)}\nbreak;\n}`;
          case 'guard':
            return `scoped_guard(mutex, &${nameOf(statement.lock)}) {\n${write(statement.body)}\n}`;
          case 'enter':
          case 'leave':
            return `${statement.kind}_${nameOf(statement.lock)}();`;
          default:
            return `mutex_${statement.kind}(&${nameOf(statement.lock)});`;
        }
      })
      .join('\n');
  return `void ${name}(void)\n{\n${write(body)}\n}\n`;
}

/** A program that no compiler and no maintainer would object to, and what is held at each of its probes. */
export interface SoundProgram {
  readonly text: string;
  /** By name of the probe (`probe_0`): every set of locks that may be held there, as `a+b`, or `-`. */
  readonly held: ReadonlyMap<string, readonly string[]>;
}

type State = ReadonlySet<string>;
const spell = (state: State): string => (state.size === 0 ? '-' : [...state].sort().join('+'));

/**
 * Leaves out of a program what would take a held lock or release a free one on any path, and works out by exhaustion
 * which sets of locks may be held at its probes: an analysis so simple that it can be believed. `last` is put at the end
 * as it is.
 */
export function soundProgram(name: string, body: readonly Statement[], last = ''): SoundProgram {
  const held = new Map<string, Set<string>>();
  let probes = 0;
  const unique = (states: readonly State[]): State[] => [
    ...new Map(states.map((state) => [spell(state), state])).values(),
  ];

  const probe = (states: readonly State[]): string => {
    const own = `probe_${probes++}`;
    held.set(own, new Set(states.map(spell)));
    return `mutex_lock(&${own}); mutex_unlock(&${own});`;
  };

  const list = (from: readonly Statement[], start: readonly State[], kept: readonly string[]): [string[], State[]] => {
    let states = unique(start);
    const text: string[] = [];
    for (const statement of from) {
      if (states.length === 0) break;
      const [more, after] = one(statement, states, kept);
      text.push(...more);
      states = unique(after);
      if (more.length > 0 && states.length > 0) text.push(probe(states));
    }
    return [text, states];
  };

  const one = (statement: Statement, states: State[], kept: readonly string[]): [string[], State[]] => {
    switch (statement.kind) {
      case 'lock':
      case 'enter': {
        const lock = nameOf(statement.lock);
        if (states.some((state) => state.has(lock))) return [[], states];
        const call = statement.kind === 'lock' ? `mutex_lock(&${lock});` : `enter_${lock}();`;
        return [[call], states.map((state) => new Set([...state, lock]))];
      }
      case 'unlock':
      case 'leave': {
        const lock = nameOf(statement.lock);
        if (kept.includes(lock) || states.some((state) => !state.has(lock))) return [[], states];
        const call = statement.kind === 'unlock' ? `mutex_unlock(&${lock});` : `leave_${lock}();`;
        return [[call], states.map((state) => new Set([...state].filter((other) => other !== lock)))];
      }
      case 'guard': {
        const lock = nameOf(statement.lock);
        if (states.some((state) => state.has(lock))) return [[], states];
        const [text, after] = list(
          statement.body,
          states.map((state) => new Set([...state, lock])),
          [...kept, lock],
        );
        return [
          [`scoped_guard(mutex, &${lock}) {`, ...text, '}'],
          after.map((state) => new Set([...state].filter((other) => other !== lock))),
        ];
      }
      case 'if': {
        const [yes, afterYes] = list(statement.body, states, kept);
        const [no, afterNo] = list(statement.other, states, kept);
        return [
          ['if (condition()) {', ...yes, '} else {', ...no, '}'],
          [...afterYes, ...afterNo],
        ];
      }
      case 'switch': {
        const [first, through] = list(statement.body, states, kept);
        const [second, after] = list(statement.other, [...states, ...through], kept);
        return [
          ['switch (condition()) {', 'case 1:', ...first, 'fallthrough;', 'case 2:', ...second, 'break;', '}'],
          [...states, ...after],
        ];
      }
      case 'loop': {
        const [text, after] = list(statement.body, states, kept);
        // a round must leave the locks as it found them, or the next one would be another program
        if (after.every((state) => states.some((other) => spell(other) === spell(state))))
          return [
            ['while (condition()) {', ...text, '}'],
            [...states, ...after],
          ];
        return [['do {', ...text, '} while (0);'], after];
      }
      case 'return':
        return [['if (condition())', '\treturn;'], states];
      default:
        return [[], states];
    }
  };

  const [text] = list(body, [new Set<string>()], []);
  const names = Array.from({ length: probes }, (_, i) => `static DEFINE_MUTEX(probe_${i});`);
  return {
    text: `${names.join('\n')}\nvoid ${name}(void)\n{\n${[...text, last].join('\n')}\n}\n`,
    held: new Map([...held].map(([probe, sets]) => [probe, [...sets].sort()])),
  };
}
