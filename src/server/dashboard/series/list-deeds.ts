import { renderMail } from '../../../report/index.ts';
import { type FetchedInput, lettersOf } from '../../../review/index.ts';
import { readOrder, type Store, type StoredReview, transact } from '../../../store/index.ts';
import { sendJob } from '../../jobs.ts';
import type { Host } from '../../part.ts';
import { reviewSeries } from '../../review-series.ts';
import type { SeriesDeeds } from './series-pages.tsx';

/**
 * What can be done with a series that came on a list: its mails are kept with the order to review it, so it can be
 * reviewed again, and shown.
 *
 * @example
 * const deeds = { ...listDeeds(host, Date.now), draft };
 */
export function listDeeds(host: Host, now: () => number): SeriesDeeds {
  return {
    async rerun(store, row, by) {
      const key = orderKey(row.key);
      if ((await readOrder(store, key)) === null) return null;
      const again = `again ${new Date(now()).toISOString()}`;
      const sent = await transact(store, (tx) => sendJob(host.queue, tx, reviewSeries, { key, again }));
      host.log.info({ title: row.title, version: row.version, by }, 'to be reviewed again');
      return sent.ok ? 'It will be reviewed again.' : null;
    },
    async draft({ row, review }) {
      if (review === null) return { text: null, why: 'There is no review to answer with.' };
      const order = await readOrder(host.store, orderKey(row.key));
      const letters = lettersOf((order?.input as FetchedInput | undefined)?.items ?? [], review);
      const reply = renderMail(review, letters, { from: null, mode: 'list', past: [], evenAnswered: false });
      return reply.kind === 'mail'
        ? {
            text: reply.message,
            why: 'Ready for git send-email; abbot itself sends nothing without a recorded consent.',
          }
        : { text: null, why: `abbot stays silent: ${reply.why}.` };
    },
    async mails(store, { row, review }) {
      const kept = (await mailsOf(store, row)).filter(
        ({ messageId }) =>
          review === null ||
          messageId === review.series.messageId ||
          review.series.patches.some((patch) => patch.messageId === messageId),
      );
      return kept.map((mail) => ({ subject: mail.subject, text: asText(mail) }));
    },
  };
}

/** A review that was made again has a name of its own, which begins with that of the order. */
function orderKey(key: string): string {
  return key.split(' ')[0] ?? key;
}

type KeptMail = Extract<FetchedInput['items'][number], { ok: true }>['value'];

async function mailsOf(store: Store, row: StoredReview['row']): Promise<readonly KeptMail[]> {
  const order = await readOrder(store, orderKey(row.key));
  const input = order?.input as FetchedInput | undefined;
  return (input?.items ?? []).flatMap((item) => (item.ok ? [item.value] : []));
}

/** A mail as it is read: what it says of itself, and its text as it was decoded. */
function asText({ from, date, subject, messageId, body }: KeptMail): string {
  const head = [
    `From: ${from.name === '' ? from.email : `${from.name} <${from.email}>`}`,
    `Date: ${date ?? ''}`,
    `Subject: ${subject}`,
    `Message-ID: <${messageId ?? ''}>`,
  ];
  return `${head.join('\n')}\n\n${body}`;
}
