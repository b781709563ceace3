import { parseMail } from '../../src/mail/index.ts';
import { explain } from '../../src/outcome/index.ts';
import { reviewSeries, sendJob } from '../../src/server/index.ts';
import type { WatchReview } from '../../src/sources/index.ts';
import { type OpenStore, openQueue, watchTables } from '../../src/store/index.ts';
import { patchText, rawMail } from '../sources/mails.ts';

/** Puts so many series of one patch into a database, each with its job, as the watcher does; gives their keys. */
export async function orderReviews(store: OpenStore, count: number, name = 'p'): Promise<string[]> {
  const { name: queueName, retries, backoff, expires } = reviewSeries;
  const queue = await openQueue(store, [{ name: queueName, retries, backoff, expires }]);
  const tables = watchTables(store, async (tx, key) => {
    await sendJob(queue, tx, reviewSeries, { key });
  });
  const keys: string[] = [];
  for (let i = 0; i < count; i++) {
    const parsed = await parseMail(
      Buffer.from(
        rawMail({
          subject: `[PATCH] ${name} part ${i}: do it`,
          id: `${name}${i}@example.org`,
          body: patchText(`${i}`, '', `lib/f${i}.c`),
        }),
      ),
      `${name}${i}`,
    );
    if (!parsed.ok) throw new Error(explain(parsed.fault));
    const mail = parsed.value;
    const id = mail.messageId!;
    const given: Parameters<WatchReview>[0] = { items: [{ ok: true, value: mail }], notes: [], wanted: id };
    const kept = await tables.record({
      place: 'https://lists.example/kernel/',
      title: mail.subject,
      version: 1,
      messageId: id,
      patches: [id],
      review: given,
      fault: null,
    });
    if (!kept.ok) throw new Error(explain(kept.fault));
    keys.push(kept.value.file);
  }
  return keys;
}
