import { parseMail } from '../../../src/mail/index.ts';
import { explain } from '../../../src/outcome/index.ts';
import type { FetchedInput, Finding, Review } from '../../../src/review/index.ts';
import { type MailSettings, mailPart } from '../../../src/server/mail/index.ts';
import { type Consent, giveConsent, type OpenStore, saveReview, transact } from '../../../src/store/index.ts';
import { introduced, reviewWith } from '../../report/mail-fixtures.ts';

/** A server that nobody needs to reach, a sender, and no time to wait. */
export const settings: MailSettings = {
  smtpUrl: 'smtp://127.0.0.1:1',
  from: { name: 'abbot', email: 'abbot@abbot.example.org' },
  settle: 0,
  perList: 10,
  perAuthor: 5,
  patchwork: null,
  publicUrl: null,
};

export const PLACE = 'https://lists.example.org/linux-widget/';

/** One series version, as a watcher would find it on a list. */
export interface Version {
  /** Begins its message-ids, and so names its lineage. */
  readonly id: string;
  readonly version?: number;
  readonly author?: string;
  readonly findings?: readonly Finding[];
  /** More headers of its patch mail. */
  readonly headers?: string;
  readonly subject?: string;
  readonly review?: Partial<Review>;
  /** Message-ids of its earlier versions. */
  readonly earlier?: readonly string[];
}

/** Keeps a review of it as a worker does, and lets the mail part decide; gives the review's id. */
export async function reviewed(store: OpenStore, version: Version, how: MailSettings = settings): Promise<number> {
  const { id, version: number = 1, author = 'ada@example.org', earlier = [] } = version;
  const messageId = `${id}-v${number}@example.org`;
  const subject = version.subject ?? `[PATCH v${number}] widget: take the lock`;
  const raw = `From: Ada Coder <${author}>\nTo: linux-widget@lists.example.org\nSubject: ${subject}\nMessage-ID: <${messageId}>\nDate: Fri, 2 Jan 2026 10:00:00 +0000\n${version.headers ?? ''}\ntext\n`;
  const mail = await parseMail(Buffer.from(raw), 'test');
  if (!mail.ok) throw new Error(explain(mail.fault));
  const [patch] = reviewWith().series.patches;
  if (!patch) throw new Error('the fixture has patches');
  const base = reviewWith(...(version.findings ?? [introduced]));
  const review: Review = {
    ...base,
    run: `${id}-${number}`,
    series: {
      ...base.series,
      version: number,
      author: { name: 'Ada Coder', email: author },
      messageId,
      total: 1,
      patches: [{ ...patch, messageId }],
    },
    lineage: { versions: [] },
    ...version.review,
  };
  const input: FetchedInput = { items: [mail], notes: [], wanted: null };
  const kept = await transact(store, async (tx) => {
    const one = {
      key: messageId,
      origin: 'list' as const,
      place: PLACE,
      title: review.series.title,
      version: number,
      messageId,
      author: review.series.author,
      sentAt: new Date('2026-01-02T10:00:00Z'),
      total: 1,
      complete: true,
      beginnings: earlier,
      subsystems: [],
      result: { review },
    };
    const saved = await saveReview(tx, one);
    await mailPart(how, Date.now).reviewed(tx, { reviewId: saved.id, reviewed: one, input });
    return saved.id;
  });
  if (!kept.ok) throw new Error(explain(kept.fault));
  return kept.value;
}

/** The list agrees. */
export async function consent(store: OpenStore, mode: Consent['mode'] = 'list'): Promise<void> {
  const given = { place: PLACE, mode, by: 'Rex Viewer', evidence: 'yes@example.org', givenAt: new Date() };
  await transact(store, (tx) => giveConsent(tx, given));
}
