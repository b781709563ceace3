import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf } from './tree-of.ts';

const HEAD = `static void nothing(void) { }
DEFINE_MUTEX(a);
DEFINE_MUTEX(b);
struct ops { void (*go)(void *data); };
`;
const takes = (head: string, lock: string): string => fn(head, `mutex_lock(&${lock});`, `mutex_unlock(&${lock});`);
const under = (head: string, lock: string, call: string): string =>
  fn(head, `mutex_lock(&${lock});`, call, `mutex_unlock(&${lock});`);

async function changing(before: Files, after: Files): Promise<string[]> {
  return (await reviewOf(before, after)).verdicts;
}

test('a lock that is no more let go around a call', async () => {
  const head =
    HEAD + takes('void bind(void)', 'b') + under('void reset(void)', 'b', 'mutex_lock(&a); mutex_unlock(&a);');
  const scan = (...body: string[]): string =>
    head + fn('static void scan(void)', ...body) + under('void top(void)', 'a', 'scan();');
  const dropping = scan('mutex_unlock(&a);', 'bind();', 'mutex_lock(&a);');
  expect(await changing({ 'x.c': dropping }, { 'x.c': scan('bind();') })).toEqual(['abba introduced a b']);
  expect(await changing({ 'x.c': scan('bind();') }, { 'x.c': dropping })).toEqual(['abba fixed a b']);
});

test('a function pointer that now leads to a function which stays as it was', async () => {
  const files: Files = {
    'ops.h': 'struct ops { void (*go)(void *data); };\nextern struct mutex a, b;\n',
    'core.c': `${HEAD}${under('void run(struct ops *ops)', 'a', 'ops->go(ops);')}`,
    'work.c': `static void nothing(void) { }\n${takes('void work(void *data)', 'b')}`,
    'other.c': `static void nothing(void) { }\n${under('void other(void)', 'b', 'mutex_lock(&a); mutex_unlock(&a);')}`,
    'table.c': 'static void nothing(void) { }\nstruct ops table = { .go = 0 };\n',
  };
  const filled = { 'table.c': 'static void nothing(void) { }\nstruct ops table = { .go = work };\n' };
  expect(await changing(files, filled)).toEqual(['abba introduced a b']);
});

test('a new call that comes back to a lock held above it, by way of a slot that is too wide to walk', async () => {
  const targets = Array.from({ length: 9 }, (_, i) => fn(`static void go${i}(void *data)`, `step${i}();`)).join('');
  const tables = Array.from({ length: 9 }, (_, i) => `struct ops table${i} = { .go = go${i} };\n`).join('');
  const back = `${takes('static void back(void *data)', 'a')}struct ops table = { .go = back };\n`;
  const put = fn('void put(struct ops *ops)', 'ops->go(ops);');
  const each = (call: string): string =>
    fn('static void each(struct ops *ops)', call) + under('void walk(struct ops *ops)', 'a', 'each(ops);');
  const files = (call: string): Files => ({ 'x.c': HEAD + targets + tables + back + put + each(call) });
  expect(await changing(files('nothing();'), files('put(ops);'))).toEqual(['self-deadlock introduced a']);
});

describe('the object of one module', () => {
  const core = `struct super { struct ops *ops; };\n${fn('void let_go(struct super *s)', 's->ops->go(s);')}`;
  const module = (name: string, more: string): string =>
    `static void nothing(void) { }\n${fn(`static void ${name}_go(void *data)`, more)}static const struct ops ${name}_ops = { .go = ${name}_go };\n`;
  const one = (call: string): string => module('one', 'step();') + under('void one_work(struct super *s)', 'a', call);
  const two =
    module('two', 'mutex_lock(&b); mutex_unlock(&b);') +
    under('void two_work(void)', 'b', 'mutex_lock(&a); mutex_unlock(&a);');

  test('is not one of another that sits in the same slot', async () => {
    const files: Files = { 'ops.h': HEAD, 'fs/core.c': core, 'fs/one/x.c': one(''), 'fs/two/x.c': two };
    expect(await changing(files, { 'fs/one/x.c': one('let_go(s);') })).toEqual([]);
  });

  test('may be of any module when the first has none in that slot', async () => {
    const user = (call: string): string =>
      `static void nothing(void) { }\n${under('void one_work(struct super *s)', 'a', call)}`;
    const files: Files = { 'ops.h': HEAD, 'fs/core.c': core, 'fs/one/x.c': user(''), 'fs/two/x.c': two };
    expect(await changing(files, { 'fs/one/x.c': user('let_go(s);') })).toEqual(['abba introduced a b']);
  });
});
