import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf, treeOf } from './tree-of.ts';

/**
 * Ways in which kernel code lets the task that holds a lock take it again. `head` defines the lock's functions; a user
 * opens and closes with the lines given.
 */
interface Style {
  readonly name: string;
  readonly head: string;
  readonly locals: string;
  readonly open: string;
  readonly close: string;
}

const COMMON = `
DEFINE_MUTEX(topology);
static DEFINE_MUTEX(other);
static struct task_struct *owner;
static unsigned int depth;
int step(int i);
`;

const PLAIN = `
void topology_lock(void)
{
	mutex_lock(&topology);
	owner = current;
}

void topology_unlock(void)
{
	owner = NULL;
	mutex_unlock(&topology);
}
`;

const styles: readonly Style[] = [
  {
    name: 'nested = !lock_nested(); … if (!nested) unlock',
    head: `${PLAIN}
bool topology_lock_nested(void)
{
	if (owner == current)
		return false;
	topology_lock();
	return true;
}
`,
    locals: 'bool nested;',
    open: 'nested = !topology_lock_nested();',
    close: 'if (!nested) topology_unlock();',
  },
  {
    name: 'a pair of functions with a flag',
    head: `${PLAIN}
bool topology_lock_again(void)
{
	if (owner == current)
		return false;
	topology_lock();
	return true;
}

void topology_unlock_again(const bool taken)
{
	if (taken)
		topology_unlock();
}
`,
    locals: 'bool taken;',
    open: 'taken = topology_lock_again();',
    close: 'topology_unlock_again(taken);',
  },
  {
    name: 'a pair with a flag that asks the mutex for its owner',
    head: `
void topology_lock(void)
{
	mutex_lock(&topology);
}

void topology_unlock(void)
{
	mutex_unlock(&topology);
}

bool topology_lock_again(void)
{
	if (mutex_get_owner(&topology) == (unsigned long)current)
		return false;
	topology_lock();
	return true;
}

void topology_unlock_again(const bool taken)
{
	if (taken)
		topology_unlock();
}
`,
    locals: 'bool taken;',
    open: 'taken = topology_lock_again();',
    close: 'topology_unlock_again(taken);',
  },
  {
    name: 'owner and depth, with an early return',
    head: `
void topology_lock(void)
{
	if (owner == current) {
		depth++;
		return;
	}
	mutex_lock(&topology);
	owner = current;
	depth = 1;
}

void topology_unlock(void)
{
	if (--depth == 0) {
		owner = NULL;
		mutex_unlock(&topology);
	}
}
`,
    locals: '',
    open: 'topology_lock();',
    close: 'topology_unlock();',
  },
  {
    name: 'a counter, on whose unlock side only the count is tested',
    head: `
void topology_lock(void)
{
	if (mutex_get_owner(&topology) == (unsigned long)current)
		depth++;
	else
		mutex_lock(&topology);
}

void topology_unlock(void)
{
	if (depth > 0)
		depth--;
	else
		mutex_unlock(&topology);
}
`,
    locals: '',
    open: 'topology_lock();',
    close: 'topology_unlock();',
  },
  {
    name: 'owner and depth, with a warning on the unlock side',
    head: `
void topology_lock(void)
{
	if (owner == current) {
		depth++;
	} else {
		mutex_lock(&topology);
		owner = current;
		depth = 1;
	}
}

void topology_unlock(void)
{
	if (WARN_ON(owner != current))
		return;

	if (--depth == 0) {
		owner = NULL;
		mutex_unlock(&topology);
	}
}
`,
    locals: '',
    open: 'topology_lock();',
    close: 'topology_unlock();',
  },
];

/** Three users: a loop with an error path, one that calls it under the lock, one that takes another lock first. */
function users(style: Style): string {
  const { locals, open, close } = style;
  return [
    fn(
      'int add_all(int n)',
      'int i, ret;',
      locals,
      open,
      'for (i = 0; i < n; i++) {',
      'ret = step(i);',
      'if (ret)',
      '\tgoto failed;',
      '}',
      close,
      'return 0;',
      'failed:',
      'while (i--)',
      '\tstep(-i);',
      close,
      'return ret;',
    ),
    fn('void rescan(void)', locals, open, 'add_all(1);', close),
    fn('void under_other(void)', 'mutex_lock(&other);', 'add_all(2);', 'mutex_unlock(&other);'),
  ].join('\n');
}

const filesOf = (style: Style): Files => ({
  'drivers/t/core.c': COMMON + style.head,
  'drivers/t/users.c': `static DEFINE_MUTEX(other);\n${users(style)}`,
});
/** The users as they were when nobody took the lock twice. */
const before = `static DEFINE_MUTEX(other);\n${fn('int add_all(int n)', 'return step(n);')}${fn('void rescan(void)', 'step(1);', 'add_all(1);')}`;

describe.each(styles)('$name', (style) => {
  test('taking the lock is seen, and known to be re-entrant', async () => {
    const tree = await treeOf(filesOf(style));
    expect(tree.takes('add_all')).toEqual(['topology reentrant']);
  });

  test('the user leaves nothing held and releases nothing of its caller', async () => {
    const tree = await treeOf(filesOf(style));
    expect(['add_all', 'rescan', 'under_other'].flatMap((name) => tree.effects(name))).toEqual([]);
  });

  test('the lock is held over what the user calls', async () => {
    const tree = await treeOf(filesOf(style));
    expect(tree.heldCalling('rescan', 'add_all')).toEqual(['topology']);
  });

  test('the order under another lock is not lost', async () => {
    const tree = await treeOf(filesOf(style));
    expect(tree.heldCalling('under_other', 'add_all')).toEqual(['drivers/t/users.c:other']);
    const reverse = fn('void reverse(void)', 'topology_lock();', 'take_other();', 'topology_unlock();');
    const taking = fn('void take_other(void)', 'mutex_lock(&other);', 'mutex_unlock(&other);');
    const { findings } = await reviewOf(filesOf(style), {
      'drivers/t/users.c': `static DEFINE_MUTEX(other);\n${users(style)}${taking}${reverse}`,
    });
    const orders = findings.filter(({ kind }) => kind === 'abba');
    expect(orders.map(({ verdict, locks }) => [verdict, ...[...locks].sort()])).toEqual([
      ['introduced', 'drivers/t/users.c:other', 'topology'],
    ]);
  });

  test('a patch that begins to take it again is no self-deadlock', async () => {
    const { 'drivers/t/users.c': later = '', ...core } = filesOf(style);
    const { verdicts } = await reviewOf({ ...core, 'drivers/t/users.c': before }, { 'drivers/t/users.c': later });
    expect(verdicts).toEqual([]);
  });

  test('nor is a patch that makes the lock re-entrant and takes it again', async () => {
    const { 'drivers/t/users.c': later = '', ...core } = filesOf(style);
    const plain = { 'drivers/t/core.c': COMMON + PLAIN, 'drivers/t/users.c': before };
    const { findings } = await reviewOf(plain, { ...core, 'drivers/t/users.c': later });
    expect(findings.filter(({ kind }) => kind === 'self-deadlock')).toEqual([]);
  });
});

test('the same users without re-entrancy are a self-deadlock', async () => {
  const plain: Style = { name: '', head: PLAIN, locals: '', open: 'topology_lock();', close: 'topology_unlock();' };
  const { 'drivers/t/users.c': later = '', ...core } = filesOf(plain);
  const { verdicts } = await reviewOf({ ...core, 'drivers/t/users.c': before }, { 'drivers/t/users.c': later });
  expect(verdicts).toContain('self-deadlock introduced topology');
});

test('a second lock in the wrapper does not become re-entrant with the first', async () => {
  const style = styles[3] as Style;
  const tree = await treeOf({
    'x.c': `${COMMON}${style.head}${fn('void f(void)', 'topology_lock();', 'mutex_lock(&other);', 'mutex_unlock(&other);', 'topology_unlock();')}`,
  });
  expect(tree.takes('f')).toEqual(['other', 'topology reentrant']);
});
