import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { parseMail } from '../../../src/mail/index.ts';
import { explain } from '../../../src/outcome/index.ts';
import { type MailSettings, sendNextMail } from '../../../src/server/mail/index.ts';
import {
  latestParcels,
  type OpenStore,
  releaseParcel,
  replyTo,
  resume,
  revokeConsent,
  stop,
  suppress,
  transact,
} from '../../../src/store/index.ts';
import { expectGolden } from '../../golden/golden.ts';
import { introduced } from '../../report/mail-fixtures.ts';
import { type Databases, ENGINES, startDatabases } from '../../servers/databases.ts';
import { type SmtpServer, startSmtp } from '../../servers/smtp.ts';
import { consent, PLACE, reviewed, settings } from './reviewed.ts';

// What goes out is counted by a real mail server: every rule has a test that tries to break it.

describe.each(ENGINES)('mail to lists, with the outbox on %s', (engine) => {
  let databases: Databases;
  let store: OpenStore;
  let server: SmtpServer;
  let how: MailSettings;
  beforeAll(async () => {
    databases = await startDatabases(engine);
    store = await databases.store();
    server = await startSmtp();
    how = { ...settings, smtpUrl: server.url };
  }, 120_000);
  afterAll(async () => {
    server?.remove();
    await databases?.remove();
  }, 60_000);
  beforeEach(async () => {
    server.forget();
    await sql`truncate replies, mail_attempts, stops, outbox, consents, suppressions, answers, reviews, findings, series,
      lineage_mails, lineages restart identity cascade`.execute(store.db);
  });

  /** Works the outbox until nothing is due; gives what was done. */
  async function send(settled: MailSettings = how, worker = 'w1') {
    const acts: string[] = [];
    for (;;) {
      const sent = await sendNextMail(store, worker, settled, () => Date.UTC(2026, 0, 2, 12));
      if (!sent.ok) throw new Error(explain(sent.fault));
      if (sent.value === null) return acts;
      acts.push('reason' in sent.value ? `${sent.value.act}: ${sent.value.reason}` : sent.value.act);
    }
  }
  const decisionOn = async (id: number) => {
    const row = await replyTo(store, id);
    return row === null ? null : `${row.decision}: ${row.reason}`;
  };
  const makeDue = () => sql`update outbox set due_at = now() - interval '1 second'`.execute(store.db);

  test('with consent the mail goes out, once, as it was drafted, with a date', async () => {
    await consent(store);
    const id = await reviewed(store, { id: 'a' }, how);
    expect(await decisionOn(id)).toBe('queued: consent-list');
    expect(await send()).toEqual(['sent']);
    expect(await send()).toEqual([]);
    const [mail, ...more] = server.received();
    expect(more).toEqual([]);
    expect([mail?.from, mail?.to]).toEqual([
      'abbot@abbot.example.org',
      ['ada@example.org', 'linux-widget@lists.example.org'],
    ]);
    // The mail as it came over the wire; every line ends with CRLF there.
    expect(mail?.message.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expectGolden('mail-sent.eml', (mail?.message ?? '').replaceAll('\r\n', '\n'));
    const read = await parseMail(Buffer.from(mail?.message ?? ''), 'test');
    expect(read.ok && read.value.inReplyTo).toEqual(['a-v1@example.org']);
  });

  test('without consent nothing is sent, and a draft waits', async () => {
    const id = await reviewed(store, { id: 'a' }, how);
    expect(await decisionOn(id)).toBe('held: no-consent');
    expect(await send()).toEqual([]);
    expect(server.received()).toEqual([]);
    expect((await latestParcels(store, 10)).map(({ state }) => state)).toEqual(['held']);
  });

  test('a draft that a person releases without consent is held again, and not sent', async () => {
    await reviewed(store, { id: 'a' }, how);
    const [parcel] = await latestParcels(store, 1);
    await transact(store, (tx) => releaseParcel(tx, parcel?.id ?? 0, 'pending'));
    expect(await send()).toEqual(['held: no-consent']);
    expect(server.received()).toEqual([]);
  });

  test('consent that is taken back before the mail goes out holds it', async () => {
    await consent(store);
    await reviewed(store, { id: 'a' }, how);
    await transact(store, (tx) => revokeConsent(tx, PLACE, 'list', 'Rex Viewer'));
    expect(await send()).toEqual(['held: no-consent']);
    expect(server.received()).toEqual([]);
  });

  test('consent to mail to authors sends to the author alone', async () => {
    await consent(store, 'author');
    await reviewed(store, { id: 'a' }, how);
    expect(await send()).toEqual(['sent']);
    expect(server.received().map(({ to }) => to)).toEqual([['ada@example.org']]);
  });

  test.each<[string, Parameters<typeof reviewed>[1], string]>([
    ['a bot', { id: 'a', author: 'syzbot+1a2b@example.org' }, 'bot'],
    ['a reply', { id: 'a', subject: 'Re: [PATCH] widget: take the lock' }, 'reply'],
    ['mail that a program sent', { id: 'a', headers: 'Auto-Submitted: auto-generated\n' }, 'auto-submitted'],
    ['X-Patchwork-Hint: ignore', { id: 'a', headers: 'X-Patchwork-Hint: ignore\n' }, 'asked-not-to'],
    ['X-Abbot: ignore', { id: 'a', headers: 'X-Abbot: ignore\n' }, 'asked-not-to'],
    ['what was there before', { id: 'a', findings: [{ ...introduced, verdict: 'pre-existing' }] }, 'nothing-worse'],
    [
      'a series that does not apply',
      {
        id: 'a',
        review: {
          base: {
            revision: 'x',
            how: 'given',
            applied: [{ patch: 1, file: 'a.c', hunk: 1, outcome: 'failed', offset: 0, fuzz: 0 }],
          },
        },
      },
      'does-not-apply',
    ],
  ])('%s gets no mail, consent or not', async (_name, version, reason) => {
    await consent(store);
    const id = await reviewed(store, version, how);
    expect(await decisionOn(id)).toBe(`silent: ${reason}`);
    expect(await send()).toEqual([]);
    expect([server.received(), await latestParcels(store, 1)]).toEqual([[], []]);
  });

  test('a version that is reviewed again, or sent again by its author, gets no second mail', async () => {
    await consent(store);
    await reviewed(store, { id: 'a' }, how);
    await reviewed(store, { id: 'a' }, how);
    // The same version with other message-ids (a RESEND), known to belong to the same series.
    const resent = await reviewed(store, { id: 'again', earlier: ['a-v1@example.org'] }, how);
    expect(await decisionOn(resent)).toBe('silent: said-already');
    await send();
    expect(server.received()).toHaveLength(1);
  });

  test('a newer version in the settle time drops the mail to the older one', async () => {
    await consent(store);
    await reviewed(store, { id: 'a' }, { ...how, settle: 600 });
    expect(await send()).toEqual([]);
    await reviewed(store, { id: 'a', version: 2, earlier: ['a-v1@example.org'], findings: [] }, how);
    await makeDue();
    expect(await send()).toEqual(['dropped: newer-version']);
    expect(server.received()).toEqual([]);
  });

  test('the next version is told in one line what was asked before', async () => {
    await consent(store);
    await reviewed(store, { id: 'a' }, how);
    await send();
    await reviewed(store, { id: 'a', version: 2, earlier: ['a-v1@example.org'] }, how);
    await send();
    const [, second] = server.received();
    expect(second?.message).toMatch(/Still present since v1 \(asked in\s+<abbot-[0-9a-f]{24}@abbot\.example\.org>\)\./);
    expect(second?.message).not.toContain('CPU0');
  });

  test('a finding that is answered or suppressed in the settle time is not asked about', async () => {
    await consent(store);
    await reviewed(store, { id: 'a' }, { ...how, settle: 600 });
    const { fingerprint } = introduced;
    await transact(store, (tx) =>
      suppress(tx, { place: PLACE, fingerprint, reason: 'known', by: 'Rex', expiresAt: null }),
    );
    await makeDue();
    expect(await send()).toEqual(['dropped: answered']);
    const later = await reviewed(store, { id: 'b' }, how);
    expect(await decisionOn(later)).toBe('silent: nothing-worse');
    expect(server.received()).toEqual([]);
  });

  test('a list and an author get so many mails a day and no more', async () => {
    await consent(store);
    for (const id of ['a', 'b', 'c']) await reviewed(store, { id }, how);
    expect((await send({ ...how, perAuthor: 1 })).sort()).toEqual(['sent', 'waits: author-cap', 'waits: author-cap']);
    for (const id of ['d', 'e']) await reviewed(store, { id, author: `${id}@example.org` }, how);
    expect((await send({ ...how, perList: 2 })).sort()).toEqual(['sent', 'waits: list-cap']);
    expect(server.received()).toHaveLength(2);
  });

  test('the stop keeps every mail back until it is taken away', async () => {
    await consent(store);
    await reviewed(store, { id: 'a' }, how);
    await stop(store, 'mail', 'Rex', 'something is wrong');
    expect(await send()).toEqual(['waits: stopped']);
    const held = await reviewed(store, { id: 'b' }, how);
    expect(await decisionOn(held)).toBe('held: stopped');
    expect(server.received()).toEqual([]);
    await resume(store, 'mail');
    await makeDue();
    expect(await send()).toEqual(['sent']);
    expect(server.received()).toHaveLength(1);
  });

  test('several senders at once send a mail once', async () => {
    await consent(store);
    for (const id of ['a', 'b', 'c', 'd']) await reviewed(store, { id, author: `${id}@example.org` }, how);
    await Promise.all(['w1', 'w2', 'w3', 'w4'].map((worker) => send(how, worker)));
    expect(server.received()).toHaveLength(4);
    expect(new Set(server.received().map(({ to }) => to[0])).size).toBe(4);
  });
});
