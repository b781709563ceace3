import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MessageId } from '../../src/mail/index.ts';
import type { Review } from '../../src/review/index.ts';
import type { Watched } from '../../src/sources/index.ts';
import {
  answersTo,
  answerTable,
  claimLoop,
  claimParcel,
  consentFor,
  consentLedger,
  delivered,
  findingsOf,
  findParcel,
  findPullRequest,
  findReview,
  giveConsent,
  givenUp,
  keepDelivery,
  keptDeliveries,
  type OpenStore,
  pageOfReviews,
  post,
  postponed,
  pullVersions,
  pushVersion,
  type Reviewed,
  readDelivery,
  readOrder,
  releaseParcel,
  rememberOnPull,
  reviewsOfLineage,
  revokeConsent,
  savePullRequest,
  saveReview,
  suppress,
  suppressionsAt,
  transact,
  unsuppress,
  watchTables,
} from '../../src/store/index.ts';
import { richReview } from '../report/fixtures.ts';
import { type Databases, ENGINES, startDatabases } from '../servers/databases.ts';

const LIST = 'https://lists.example/pci/';
const fault = { code: 'store/away', what: 'no' } as const;

/** A review of one version of a series, with these findings charged against it. */
function reviewed(name: string, version: number, charges: readonly string[], given: Partial<Reviewed> = {}): Reviewed {
  const [first] = richReview.findings;
  const findings = charges.map((fingerprint) => ({
    ...first!,
    fingerprint,
    verdict: 'introduced' as const,
    reported: true,
  }));
  const messageId = `${name}-v${version}@example.org`;
  const versions = [{ version, messageId, title: name, date: null, evidence: [] }];
  const review: Review = { ...richReview, run: `${name}-${version}`, findings, lineage: { versions } };
  return {
    key: `${name}:${version}`,
    origin: 'list',
    place: LIST,
    title: name,
    version,
    messageId,
    author: { name: 'Ada Love', email: 'ada@example.org' },
    sentAt: new Date(Date.UTC(2026, 2, version)),
    total: 2,
    complete: true,
    beginnings: version > 1 ? [`${name}-v${version - 1}@example.org`] : [],
    subsystems: ['PCI'],
    result: { review },
    ...given,
  };
}

describe.each(ENGINES)('the database on %s', (engine) => {
  let databases: Databases;
  let store: OpenStore;
  beforeAll(async () => {
    databases = await startDatabases(engine);
    store = await databases.store();
  }, 120_000);
  afterAll(() => databases?.remove(), 60_000);
  const save = async (given: Reviewed) => {
    const saved = await transact(store, (tx) => saveReview(tx, given));
    if (!saved.ok) throw new Error(saved.fault.what);
    return saved.value;
  };

  test('a review comes back as it was kept, and a second one of its key changes nothing', async () => {
    const saved = await save(reviewed('same', 1, ['a']));
    const again = await save(reviewed('same', 1, ['b'], { title: 'other' }));
    expect([saved.first, again]).toEqual([true, { id: saved.id, first: false }]);
    const found = await findReview(store, 'id', saved.id);
    expect(found?.review?.findings.map((one) => one.fingerprint)).toEqual(['a']);
    expect(found?.row).toMatchObject({ title: 'same', verdict: 'introduced', introduced: 1, subsystems: ['PCI'] });
    expect((await findReview(store, 'messageId', 'same-v1@example.org'))?.row.id).toBe(saved.id);
    expect(await findReview(store, 'run', 'none')).toBe(null);
  });

  test('findings are followed over the versions of a series: new, still, fixed, back', async () => {
    for (const [version, charges] of [['f1'], ['f1', 'f2'], ['f2'], ['f1', 'f2']].entries())
      await save(reviewed('follow', version + 1, charges));
    const { row } = (await findReview(store, 'key', 'follow:1'))!;
    const reviews = await reviewsOfLineage(store, row.lineageId);
    const states = await Promise.all(
      reviews.map(async ({ id }) =>
        (await findingsOf(store, id)).map((one) => `${one.fingerprint} ${one.state} v${one.since}`).sort(),
      ),
    );
    expect(states).toEqual([
      ['f1 new v1'],
      ['f1 still v1', 'f2 new v2'],
      ['f1 fixed v3', 'f2 still v2'],
      ['f1 back v4', 'f2 still v2'],
    ]);
  });

  test('versions that are reviewed in the wrong order end up with the same states', async () => {
    await save(reviewed('order', 3, ['x']));
    await save(reviewed('order', 1, ['x']));
    // Version 2 joins what seemed to be two series.
    await save(reviewed('order', 2, [], { beginnings: ['order-v1@example.org', 'order-v3@example.org'] }));
    const { row } = (await findReview(store, 'key', 'order:1'))!;
    const reviews = await reviewsOfLineage(store, row.lineageId);
    expect(reviews.map(({ version }) => version)).toEqual([1, 2, 3]);
    const states = await Promise.all(reviews.map(async ({ id }) => (await findingsOf(store, id)).map((f) => f.state)));
    expect(states).toEqual([['new'], ['fixed'], ['back']]);
  });

  test('a series that cannot be analysed is kept with the reason', async () => {
    const result = { fault: { code: 'patch/does-not-apply', what: 'it does not apply' } } as const;
    const { id } = await save(reviewed('broken', 1, [], { result }));
    const found = await findReview(store, 'id', id);
    expect(found?.review).toBe(null);
    expect(found?.row).toMatchObject({ verdict: 'failed', fault: result.fault });
  });

  test('NUL in what a mail says does not keep its review from being kept', async () => {
    const what = 'nul \0 and \u0001';
    const { id } = await save(
      reviewed('nul', 1, [], { title: 'a\0b', subsystems: ['c\0d'], result: { fault: { code: 'input/empty', what } } }),
    );
    expect((await findReview(store, 'id', id))?.row).toMatchObject({
      title: 'a\ufffdb',
      subsystems: ['c\ufffdd'],
      fault: { what: 'nul \ufffd and \u0001' },
    });
  });

  test('pages of reviews go on where the one before ended, and filters hold', async () => {
    const place = 'https://lists.example/pages/';
    for (let i = 1; i <= 7; i++)
      await save(
        reviewed(`page ${i % 2 ? 'odd' : 'even'} ${i}`, 1, i === 3 ? ['p'] : [], {
          place,
          sentAt: new Date(Date.UTC(2026, 5, i > 4 ? 4 : i)),
          subsystems: [i % 2 ? 'ODD' : 'EVEN'],
        }),
      );
    const titles: string[][] = [];
    for (let after = null, page = null; page === null || after !== null; after = page.next) {
      page = await pageOfReviews(store, { place }, after, 3);
      titles.push(page.rows.map(({ title }) => title.slice(-1)));
    }
    expect(titles).toEqual([['7', '6', '5'], ['4', '3', '2'], ['1']]);
    const count = async (filter: object) => (await pageOfReviews(store, { place, ...filter }, null, 50)).rows.length;
    expect(await count({ subsystem: 'EVEN' })).toBe(3);
    expect(await count({ words: 'page ODD love' })).toBe(4);
    expect(await count({ verdict: 'introduced' })).toBe(1);
    expect(await count({ authorEmail: 'nobody@example.org' })).toBe(0);
  });

  test('a delivery is kept once, and comes back whole', async () => {
    const delivery = { id: 'd-1', event: 'push', action: null, repository: 'o/r', payload: { deep: [1, 'ü\0'] } };
    expect([await keepDelivery(store, delivery), await keepDelivery(store, delivery)]).toEqual([true, false]);
    expect(await readDelivery(store, 'd-1')).toEqual(delivery);
    expect(await keptDeliveries(store, ['d-1', 'd-2'])).toEqual(new Set(['d-1']));
  });

  test('a parcel goes out once: it is asked for twice, claimed by one, and taken over when that one is silent', async () => {
    const parcel = { channel: 'mail', key: 'series-1:author', payload: { to: 'ada' } };
    expect([await post(store, parcel), await post(store, parcel)]).toEqual([true, false]);
    const first = await claimParcel(store, 'mail', 'w1', 0.05);
    expect([first?.key, first?.attempt, first?.payload]).toEqual([parcel.key, 1, parcel.payload]);
    expect(await claimParcel(store, 'patchwork', 'w2', 60)).toBe(null);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const second = await claimParcel(store, 'mail', 'w2', 60);
    expect([second?.id, second?.attempt]).toEqual([first?.id, 2]);
    expect(await claimParcel(store, 'mail', 'w3', 60)).toBe(null);
    expect(await delivered(store, first!.id, 'w1', null)).toBe(false);
    expect(await delivered(store, second!.id, 'w2', { id: 7 })).toBe(true);
    expect(await findParcel(store, 'mail', parcel.key)).toMatchObject({ state: 'sent', result: { id: 7 } });
    expect(await claimParcel(store, 'mail', 'w3', 60)).toBe(null);
  });

  test('a parcel that is postponed waits, one that is held waits for a person, one that is given up stays', async () => {
    await post(store, { channel: 'later', key: 'a', payload: 1 });
    const a = await claimParcel(store, 'later', 'w', 60);
    expect(await postponed(store, a!.id, 'w', fault, 3600)).toBe(true);
    expect(await claimParcel(store, 'later', 'w', 60)).toBe(null);
    await post(store, { channel: 'later', key: 'b', payload: 2 }, 'held');
    expect(await claimParcel(store, 'later', 'w', 60)).toBe(null);
    const held = (await findParcel(store, 'later', 'b'))!;
    expect([await releaseParcel(store, held.id, 'pending'), await releaseParcel(store, held.id, 'dropped')]).toEqual([
      true,
      false,
    ]);
    const b = await claimParcel(store, 'later', 'w', 60);
    expect(await givenUp(store, b!.id, 'w', 'failed', fault)).toBe(true);
    expect(await findParcel(store, 'later', 'b')).toMatchObject({ state: 'failed', lastFault: fault });
    expect(await post(store, { channel: 'later', key: 'b', payload: 2 })).toBe(false);
  });

  test('a consent is in force until it is revoked, and the ledger keeps it', async () => {
    const consent = { place: LIST, mode: 'author', by: 'M', evidence: 'https://x', givenAt: new Date(0) } as const;
    expect([await giveConsent(store, consent), await giveConsent(store, consent)]).toEqual([true, false]);
    expect(await consentFor(store, LIST, 'author')).toMatchObject(consent);
    expect(await consentFor(store, LIST, 'list')).toBe(null);
    expect(await revokeConsent(store, LIST, 'author', 'N')).toBe(true);
    expect(await consentFor(store, LIST, 'author')).toBe(null);
    expect(await giveConsent(store, consent)).toBe(true);
    expect((await consentLedger(store)).map((one) => one.revokedBy)).toEqual([null, 'N']);
  });

  test('suppressions hold at their place or everywhere, until they expire or are removed', async () => {
    const one = { place: 'o/r', fingerprint: 'f', reason: 'old', by: 'M', expiresAt: null };
    await suppress(store, one);
    await suppress(store, { ...one, reason: 'new' });
    await suppress(store, { ...one, place: '', fingerprint: 'g' });
    await suppress(store, { ...one, fingerprint: 'h', expiresAt: new Date(0) });
    const reasons = async (place: string) =>
      [...(await suppressionsAt(store, place))].map(([fingerprint, { reason }]) => `${fingerprint} ${reason}`).sort();
    expect([await reasons('o/r'), await reasons('o/other')]).toEqual([['f new', 'g old'], ['g old']]);
    expect([await unsuppress(store, 'o/r', 'f', 'N'), await unsuppress(store, 'o/r', 'f', 'N')]).toEqual([true, false]);
    expect(await reasons('o/r')).toEqual(['g old']);
  });

  test('pushes of a pull request are its versions', async () => {
    const pull = { installationId: 1, repository: 'o/r', number: 7, title: 't', author: 'a', state: 'open' } as const;
    const { id } = await savePullRequest(store, pull);
    await rememberOnPull(store, id, { commentId: 5_000_000_000, reviewedHead: 'h1' });
    const again = await savePullRequest(store, { ...pull, title: 'new' });
    expect(again).toMatchObject({ id, title: 'new', commentId: 5_000_000_000, reviewedHead: 'h1' });
    const versions: number[] = [];
    for (const head of ['h1', 'h1', 'h2', 'h1'])
      versions.push((await transact(store, (tx) => pushVersion(tx, id, head, null, new Date(0)))) as never);
    expect(versions.map((one) => (one as unknown as { value: number }).value)).toEqual([1, 1, 2, 3]);
    expect((await pullVersions(store, id)).map(({ head }) => head)).toEqual(['h1', 'h2', 'h1']);
    expect(await findPullRequest(store, 'o/r', 8)).toBe(null);
  });

  test('answers are remembered once, in the order in which they came', async () => {
    const answers = answerTable(store);
    const one = {
      fingerprint: 'f',
      messageId: 'm1',
      by: 'A',
      date: null,
      quote: 'no',
      verdict: 'false-alarm',
    } as const;
    const two = { ...one, messageId: 'm2', verdict: null };
    await answers.remember([one]);
    await answers.remember([{ ...one, quote: 'changed' }, two]);
    expect(await answers.load()).toEqual({ ok: true, value: { answers: [one, two], damaged: 0 } });
    expect(await answersTo(store, 'f')).toEqual([one, two]);
  });

  test('what watching remembers is the same as in the folder', async () => {
    const taken: string[] = [];
    const tables = watchTables(store, async (_tx, key) => {
      taken.push(key);
    });
    const list: Watched = {
      place: LIST,
      source: { kind: 'atom', inbox: 'https://lists.example', list: 'pci' },
      settle: 15,
      since: '2026-01-01T00:00:00.000Z',
    };
    await tables.saveLists([list, { ...list, place: 'b' }]);
    expect(await tables.lists()).toEqual({ ok: true, value: [list, { ...list, place: 'b' }] });
    expect(await tables.cursor(LIST)).toEqual({ ok: true, value: null });
    const cursor = { kind: 'atom', updated: '2026-01-02', seen: ['m@x' as MessageId] } as const;
    await tables.saveCursor(LIST, { ...cursor, updated: 'before' });
    await tables.saveCursor(LIST, cursor);
    expect(await tables.cursor(LIST)).toEqual({ ok: true, value: cursor });
    const mail = {
      messageId: 'm@x' as MessageId,
      subject: '[PATCH] x',
      from: { name: 'A', email: 'a@x' },
      date: null,
      inReplyTo: [],
      references: [],
      to: [],
      cc: [],
      headers: [],
      body: 'nul \0',
      attachments: [],
      origin: 'o',
      defects: [],
    };
    await tables.putMail(LIST, { at: 1000, read: 2000, mail });
    await tables.putMail(LIST, { at: 9000, read: 9000, mail });
    expect(await tables.mails(LIST)).toEqual({ ok: true, value: [{ at: 1000, read: 2000, mail }] });
    await tables.forget(LIST);
    expect(await tables.mails(LIST)).toEqual({ ok: true, value: [] });
    const patches = ['p2@x', 'p1@x'] as MessageId[];
    const record = {
      place: LIST,
      title: 't',
      version: 2,
      messageId: null,
      patches,
      review: { any: 'thing' },
      fault: null,
    };
    expect(await tables.reviewed(patches)).toEqual({ ok: true, value: false });
    expect(await tables.record(record)).toMatchObject({ ok: true, value: { first: true } });
    expect(await tables.record({ ...record, patches: patches.toReversed() })).toMatchObject({
      value: { first: false },
    });
    expect([await tables.reviewed(patches), taken.length]).toEqual([{ ok: true, value: true }, 1]);
    expect(await readOrder(store, taken[0]!)).toMatchObject({ place: LIST, version: 2, input: { any: 'thing' } });
  });

  test('one process at a time has a loop', async () => {
    expect(await claimLoop(store, 'watch', 'w1', 0.05)).toBe(true);
    expect(await claimLoop(store, 'watch', 'w2', 60)).toBe(false);
    expect(await claimLoop(store, 'watch', 'w1', 0.05)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await claimLoop(store, 'watch', 'w2', 60)).toBe(true);
  });
});
