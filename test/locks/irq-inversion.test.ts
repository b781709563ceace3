import { describe, expect, test } from 'vitest';
import { type Files, fn, reviewOf } from './tree-of.ts';

const TYPES = `
struct napi_struct { int weight; };
struct work_struct { int pending; };
struct foo { spinlock_t lock; spinlock_t inner; int irq; };
`;

async function changing(before: readonly string[], after: readonly string[]): Promise<string[]> {
  const types: Files = { 'types.h': TYPES, 'x.c': before.join('\n') };
  const { verdicts } = await reviewOf(types, { 'x.c': after.join('\n') });
  return verdicts.filter((verdict) => /^(irq-inversion|forbidden-call)/.test(verdict));
}

const hard = fn(
  'static irqreturn_t foo_irq(int irq, void *data)',
  'struct foo *foo = data;',
  'spin_lock(&foo->lock);',
  'spin_unlock(&foo->lock);',
  'return 0;',
);
const probe = fn('int probe(struct foo *foo)', 'return request_irq(foo->irq, foo_irq, 0, "foo", foo);');
const worker = (lock: string, unlock: string): string =>
  fn('static void work_fn(struct work_struct *work)', 'struct foo *foo = get(work);', lock, unlock);

describe('one lock', () => {
  test('taken in a hard interrupt, and elsewhere with interrupts on', async () => {
    const off = worker('spin_lock_irqsave(&foo->lock, flags);', 'spin_unlock_irqrestore(&foo->lock, flags);');
    const on = worker('spin_lock(&foo->lock);', 'spin_unlock(&foo->lock);');
    const files = (text: string): string[] => ['struct foo *get(struct work_struct *work);', hard, probe, text];
    expect(await changing(files(off), files(on))).toEqual(['irq-inversion introduced foo.lock']);
    expect(await changing(files(on), files(off))).toEqual(['irq-inversion fixed foo.lock']);
  });

  test('both sides are shown', async () => {
    const on = worker('spin_lock(&foo->lock);', 'spin_unlock(&foo->lock);');
    const { findings } = await reviewOf(
      { 'types.h': TYPES, 'x.c': [hard, probe].join('\n') },
      { 'x.c': ['struct foo *get(struct work_struct *work);', hard, probe, on].join('\n') },
    );
    const paths = findings.filter((finding) => finding.kind === 'irq-inversion').flatMap((finding) => finding.paths);
    expect(paths.map((path) => [path.holds, path.waits, path.chain[0]?.function])).toEqual([
      ['foo.lock', 'ctx:hardirq', 'work_fn'],
      ['ctx:hardirq', 'foo.lock', 'foo_irq'],
    ]);
  });

  test('taken by NAPI, and elsewhere with softirqs on', async () => {
    const poll = fn(
      'static int poll(struct napi_struct *napi, int budget)',
      'struct foo *foo = from(napi);',
      'spin_lock(&foo->lock);',
      'spin_unlock(&foo->lock);',
      'return 0;',
    );
    const files = (text: string): string[] => [
      'struct foo *from(struct napi_struct *napi);',
      'struct foo *get(struct work_struct *work);',
      poll,
      text,
    ];
    const on = worker('spin_lock(&foo->lock);', 'spin_unlock(&foo->lock);');
    const off = worker('spin_lock_bh(&foo->lock);', 'spin_unlock_bh(&foo->lock);');
    expect(await changing(files(off), files(on))).toEqual(['irq-inversion introduced foo.lock']);
    expect(await changing(files(''), files(off))).toEqual([]);
  });

  test('not in the handler itself', async () => {
    const handler = [hard, probe];
    expect(await changing([probe], handler)).toEqual([]);
  });
});

describe('interrupts switched on too early', () => {
  const inner = (lock: string, unlock: string): string => fn('static void inner(struct foo *foo)', lock, unlock);
  const outer = fn(
    'void outer(struct foo *foo)',
    'spin_lock_irqsave(&foo->lock, flags);',
    'inner(foo);',
    'spin_unlock_irqrestore(&foo->lock, flags);',
  );
  const saves = inner('spin_lock_irqsave(&foo->inner, flags);', 'spin_unlock_irqrestore(&foo->inner, flags);');
  const enables = inner('spin_lock_irq(&foo->inner);', 'spin_unlock_irq(&foo->inner);');

  test('by a callee, while the caller keeps them off', async () => {
    expect(await changing([saves, outer], [enables, outer])).toEqual(['irq-inversion introduced foo.inner foo.lock']);
    expect(await changing([enables, outer], [saves, outer])).toEqual(['irq-inversion fixed foo.inner foo.lock']);
  });

  test('not by the function that switched them off', async () => {
    const alone = inner('spin_lock_irq(&foo->inner);', 'spin_unlock_irq(&foo->inner);');
    expect(await changing([saves], [alone])).toEqual([]);
  });
});

describe('forbidden calls', () => {
  test('softirqs may not be let in with interrupts off', async () => {
    const body = (call: string): string[] => [
      fn(
        'void f(struct foo *foo)',
        'spin_lock_irqsave(&foo->lock, flags);',
        call,
        'spin_unlock_irqrestore(&foo->lock, flags);',
      ),
    ];
    expect(
      await changing(body('foo->irq = 1;'), body('spin_lock_bh(&foo->inner); spin_unlock_bh(&foo->inner);')),
    ).toEqual(['forbidden-call introduced foo.lock']);
  });

  test('a timer may not be waited for in a hard interrupt', async () => {
    const handler = (call: string): string => fn('static irqreturn_t foo_irq(int irq, void *data)', call, 'return 0;');
    expect(await changing([handler('x = 1;'), probe], [handler('del_timer_sync(&timer);'), probe])).toEqual([
      'forbidden-call introduced ctx:hardirq',
    ]);
  });
});
