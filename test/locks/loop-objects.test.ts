import { expect, test } from 'vitest';
import { fileOf, LOCKS, reviewOf } from './tree-of.ts';

const TYPES = `${LOCKS}
struct set { struct mutex lock; struct foo *first; };
#define to_set(x) container_of(x, struct set, first)
#define for_each_foo(set, i, foo) for ((i) = 0; (i) < 4 && ((foo) = (set)->first); (i)++)
`;

/** Forgets the lock of the set in a loop over it. */
const inLoop = (set: string, leave: string): string => `
int count(struct set *given, struct set **place)
{
	struct set *set = ${set};
	struct foo *foo;
	int i;

	mutex_lock(&set->lock);
	for_each_foo(set, i, foo) {
		if (foo->state)
			${leave};
	}
	mutex_unlock(&set->lock);
	return 0;
}
`;

test.each(['given', 'to_set(place)'])('what a loop goes over is one object, here %s', async (set) => {
  const { verdicts } = await reviewOf(
    { 'x.c': TYPES + inLoop(set, 'break') },
    { 'x.c': TYPES + inLoop(set, 'return -EINVAL') },
  );
  expect(verdicts).toEqual(['missing-unlock introduced set.lock']);
});

test('the variable of a loop is another object each time', async () => {
  const before = `${TYPES}
static void settle(struct foo *foo) { mutex_lock(&foo->lock); mutex_unlock(&foo->lock); }
void all(struct set *set)
{
	struct foo *foo;
	int i;

	mutex_lock(&set->first->lock);
	for_each_foo(set, i, foo)
		;
	mutex_unlock(&set->first->lock);
}
`;
  const { verdicts } = await reviewOf({ 'x.c': before }, { 'x.c': before.replace('\t\t;', '\t\tsettle(foo);') });
  expect(verdicts).toEqual([]);
});

test('a parameter that a loop goes over is the caller’s object', async () => {
  const tree = await fileOf(
    TYPES,
    'void grab(struct set *set)\n{\n\tstruct foo *foo;\n\tint i;\n\tfor_each_foo(set, i, foo)\n\t\t;\n\tmutex_lock(&set->lock);\n}',
  );
  expect(tree.effects('grab')).toEqual(['takes set.lock']);
});
