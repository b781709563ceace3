import fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyProgram, NAMES, PROGRAM_HEAD, programs, soundProgram } from './lock-programs.ts';
import { reviewOf, treeOf } from './tree-of.ts';

const RUNS = { numRuns: 80 };
/** Judging a series takes several indexes and searches a run. */
const FEW = { numRuns: 30 };
/** Milliseconds on a machine that does other things beside. */
const PATIENT = 180_000;

test(
  'what is held at any place of a sound program is what running all its paths gives',
  async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (body) => {
        const { text, held } = soundProgram('f', body);
        const tree = await treeOf({ 'x.c': PROGRAM_HEAD + text });
        if (tree.summary('f').bounded) return;
        for (const [probe, expected] of held) expect([probe, tree.heldAt('f', probe)]).toEqual([probe, expected]);
      }),
      RUNS,
    );
  },
  PATIENT,
);

test(
  'no lock is held behind its unlock in a straight line',
  async () => {
    await fc.assert(
      fc.asyncProperty(programs, async (body) => {
        const line = body.filter((statement) => statement.kind === 'lock' || statement.kind === 'unlock');
        const ends = NAMES.map((lock) => `mutex_unlock(&${lock});\nmutex_lock(&after_${lock});`).join('\n');
        const tree = await treeOf({ 'x.c': PROGRAM_HEAD + soundProgram('f', line, ends).text });
        for (const lock of NAMES)
          for (const set of tree.heldAt('f', `after_${lock}`)) expect(set.split('+')).not.toContain(lock);
      }),
      RUNS,
    );
  },
  PATIENT,
);

test(
  'any program is analysed to an end, twice to the same bytes',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(programs, { minLength: 1, maxLength: 4 }), async (bodies) => {
        // any function may call any other, itself too
        const names = bodies.map((_, i) => `f${i}`);
        const source = PROGRAM_HEAD + bodies.map((body, i) => anyProgram(`f${i}`, body, names)).join('\n');
        const once = async (): Promise<string> => {
          const tree = await treeOf({ 'x.c': source });
          return JSON.stringify([
            tree.locks.locks.all(),
            names.map((name) => tree.summary(name)),
            [...tree.locks.orders.line],
          ]);
        };
        expect(await once()).toBe(await once());
      }),
      RUNS,
    );
  },
  PATIENT,
);

test(
  'any change of any program is judged to an end, twice to the same bytes',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(programs, { minLength: 2, maxLength: 4 }), programs, async (bodies, change) => {
        const names = bodies.map((_, i) => `f${i}`);
        const files = bodies.map((body, i) => [`f${i}.c`, anyProgram(`f${i}`, body, names)] as const);
        const head = PROGRAM_HEAD.replaceAll('static DEFINE', 'DEFINE').replaceAll('static void', 'void');
        const before = { 'head.c': head, ...Object.fromEntries(files) };
        const once = async (): Promise<string> =>
          JSON.stringify((await reviewOf(before, { 'f0.c': anyProgram('f0', change, names) })).judgement);
        expect(await once()).toBe(await once());
      }),
      FEW,
    );
  },
  PATIENT,
);

test(
  'a patch that changes nothing changes no order',
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(programs, { minLength: 1, maxLength: 3 }), async (bodies) => {
        const names = bodies.map((_, i) => `f${i}`);
        const source = PROGRAM_HEAD + bodies.map((body, i) => anyProgram(`f${i}`, body, names)).join('\n');
        const { verdicts } = await reviewOf({ 'x.c': source }, { 'x.c': `/* a comment */\n${source}` });
        expect(verdicts).toEqual([]);
      }),
      FEW,
    );
  },
  PATIENT,
);

test('what calls itself, and does to locks what depends on that, is the same before and after nothing changes', async () => {
  const forks = `void f0(void)
{
	if (condition()) {
		mutex_lock(&a);
	} else {
		mutex_lock(&b);
		mutex_lock(&b);
		mutex_lock(&a);
	}
	f0();
	scoped_guard(mutex, &a) {
		mutex_unlock(&b);
		mutex_unlock(&b);
	}
	scoped_guard(mutex, &b)
		mutex_lock(&a);
	mutex_lock(&a);
}
`;
  const { base, verdicts } = await reviewOf({ 'x.c': PROGRAM_HEAD + forks }, { 'x.c': `${PROGRAM_HEAD}\n${forks}` });
  expect(base.effects('f0')).toEqual([]);
  expect(base.summary('f0').unsettled).toBe(true);
  expect(verdicts).toEqual([]);
});

test('what a callee takes is taken in its own order by the callers too, however late that order was known', async () => {
  const late = `void f1(void)
{
	enter_a();
	mutex_lock(&b);
	mutex_lock(&a);
}
void f2(void)
{
	f1();
	mutex_lock(&a);
}
`;
  const { verdicts } = await reviewOf({ 'x.c': PROGRAM_HEAD + late }, { 'x.c': `/**/${PROGRAM_HEAD}${late}` });
  expect(verdicts).toEqual([]);
});
