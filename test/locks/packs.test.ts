import { describe, expect, test } from 'vitest';
import { builtinRulesDir, loadRules, type RuleSet } from '../../src/locks/index.ts';
import { reviewWith, treeOf } from './tree-of.ts';

/** The built-in rules and one pack, without a problem. */
async function withPack(name: string): Promise<RuleSet> {
  const { rules, problems } = await loadRules([builtinRulesDir(), `pack:${name}`], { today: '2026-01-31' });
  expect(problems).toEqual([]);
  return rules;
}

/** What a change of one file is said to do. */
async function said(pack: string, before: string, after: string): Promise<string[]> {
  return (await reviewWith(await withPack(pack), { 'x.c': before }, { 'x.c': after })).verdicts;
}

describe('pack:pthreads', async () => {
  const head = `
struct pool { pthread_mutex_t lock; pthread_rwlock_t map; sem_t free; pthread_t worker; pthread_cond_t more; };
void fill(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	pthread_rwlock_wrlock(&p->map);
	pthread_rwlock_unlock(&p->map);
	pthread_mutex_unlock(&p->lock);
}
`;

  test('two threads that lock against each other are told', async () => {
    const drain = `void drain(struct pool *p)
{
	pthread_rwlock_rdlock(&p->map);
	pthread_mutex_lock(&p->lock);
	pthread_mutex_unlock(&p->lock);
	pthread_rwlock_unlock(&p->map);
}
`;
    expect(await said('pthreads', head, head + drain)).toEqual(['abba introduced pool.lock pool.map']);
  });

  test('a thread that is joined under a lock it takes is told', async () => {
    const worker = `
static void *run(void *arg)
{
	struct pool *p = arg;
	pthread_mutex_lock(&p->lock);
	pthread_mutex_unlock(&p->lock);
	return NULL;
}
void start(struct pool *p) { pthread_create(&p->worker, NULL, run, p); }
`;
    const stop = (inside: boolean): string => `void stop(struct pool *p)
{
	pthread_mutex_lock(&p->lock);
	${inside ? 'pthread_join(p->worker, NULL);' : ''}
	pthread_mutex_unlock(&p->lock);
}
`;
    expect(await said('pthreads', head + worker + stop(false), head + worker + stop(true))).toEqual([
      'wait-under-lock introduced pool.lock thread:pool.worker',
    ]);
  });

  test('a way out that forgets the mutex is told; waiting for a condition keeps it', async () => {
    const take = (forgets: boolean): string => `int take(struct pool *p, int n)
{
	pthread_mutex_lock(&p->lock);
	while (n > 3)
		pthread_cond_wait(&p->more, &p->lock);
	${forgets ? 'if (n < 0)\n\t\treturn -1;' : ''}
	pthread_mutex_unlock(&p->lock);
	return 0;
}
`;
    expect(await said('pthreads', take(false) + head, take(true) + head)).toEqual([
      'missing-unlock introduced pool.lock',
    ]);
  });

  test('who only tries has the lock when the call returns zero', async () => {
    const tree = await treeOf(
      {
        'x.c': `${head}
pthread_spinlock_t probe;
void maybe(struct pool *p)
{
	if (pthread_mutex_trylock(&p->lock))
		return;
	pthread_spin_lock(&probe);
	pthread_spin_unlock(&probe);
	pthread_mutex_unlock(&p->lock);
}
`,
      },
      await withPack('pthreads'),
    );
    expect(tree.heldAt('maybe')).toEqual(['pool.lock']);
    expect(tree.effects('maybe')).toEqual([]);
  });
});

describe('pack:qemu', async () => {
  const head = `
typedef struct Device { QemuMutex lock; QemuSpin probe; QemuCond done; int state; } Device;
void device_reset(Device *d)
{
	bql_lock();
	WITH_QEMU_LOCK_GUARD(&d->lock) {
		d->state = 0;
	}
	bql_unlock();
}
`;

  test('the big lock under the lock of a device is told, through guards too', async () => {
    const poll = `void device_poll(Device *d)
{
	QEMU_LOCK_GUARD(&d->lock);
	bql_lock();
	bql_unlock();
}
`;
    expect(await said('qemu', head, head + poll)).toEqual(['abba introduced Device.lock bql']);
  });

  test('a guard that holds to the end of its block is let go by every way out', async () => {
    const tree = await treeOf(
      {
        'x.c': `${head}
int device_read(Device *d)
{
	QEMU_LOCK_GUARD(&d->lock);
	if (d->state)
		return -1;
	return d->state;
}
`,
      },
      await withPack('qemu'),
    );
    expect(tree.takes('device_read')).toEqual(['Device.lock']);
    expect(tree.effects('device_read')).toEqual([]);
  });

  test('a lock that its owner may take again is no self-deadlock, a plain one is', async () => {
    const nested = (type: string, fn: string): [string, string] => {
      const inner = `typedef struct Net { ${type} lock; } Net;
static void flush(Net *n) { ${fn}_lock(&n->lock); ${fn}_unlock(&n->lock); }
`;
      const outer = (call: string): string =>
        `void send(Net *n)\n{\n\t${fn}_lock(&n->lock);\n\t${call}\n\t${fn}_unlock(&n->lock);\n}\n`;
      return [inner + outer(''), inner + outer('flush(n);')];
    };
    expect(await said('qemu', ...nested('QemuRecMutex', 'qemu_rec_mutex'))).toEqual([]);
    expect(await said('qemu', ...nested('QemuMutex', 'qemu_mutex'))).toEqual(['self-deadlock introduced Net.lock']);
  });
});

describe('pack:freebsd', async () => {
  const head = `
struct softc { struct mtx mtx; struct sx sx; struct callout tick; struct task task; };
static void foo_start(struct softc *sc)
{
	sx_xlock(&sc->sx);
	mtx_lock(&sc->mtx);
	mtx_unlock(&sc->mtx);
	sx_xunlock(&sc->sx);
}
`;

  test('an sx lock under a mutex against the usual order is told', async () => {
    const stop = `void foo_stop(struct softc *sc)
{
	mtx_lock(&sc->mtx);
	sx_slock(&sc->sx);
	sx_sunlock(&sc->sx);
	mtx_unlock(&sc->mtx);
}
`;
    expect(await said('freebsd', head, head + stop)).toEqual(['abba introduced softc.mtx softc.sx']);
  });

  test('draining a callout under the mutex that it takes is told', async () => {
    const tick = `
static void foo_tick(void *arg)
{
	struct softc *sc = arg;
	mtx_lock(&sc->mtx);
	mtx_unlock(&sc->mtx);
}
void foo_arm(struct softc *sc) { callout_reset(&sc->tick, 10, foo_tick, sc); }
`;
    const stop = (inside: boolean): string => `void foo_stop(struct softc *sc)
{
	mtx_lock(&sc->mtx);
	${inside ? 'callout_drain(&sc->tick);' : ''}
	mtx_unlock(&sc->mtx);
}
`;
    expect(await said('freebsd', head + tick + stop(false), head + tick + stop(true))).toEqual([
      'wait-under-lock introduced softc.mtx timer:softc.tick',
    ]);
  });

  test('a reader of a read-mostly lock may read again', async () => {
    const twice = (inner: string): string => `struct rmlock table;
void look(void)
{
	struct rm_priotracker one, two;
	rm_rlock(&table, &one);
	${inner}
	rm_runlock(&table, &one);
}
`;
    const again = 'rm_rlock(&table, &two);\n\trm_runlock(&table, &two);';
    expect(await said('freebsd', twice(''), twice(again))).toEqual([]);
  });
});
