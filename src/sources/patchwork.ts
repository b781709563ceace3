import { z } from 'zod';
import { type MessageId, type ReadItem, readStream } from '../mail/index.ts';
import { explain, type Fault, fail, type Outcome, ok } from '../outcome/index.ts';
import type { HttpClient } from './http-client.ts';
import { asMessageId, messageIdPath } from './message-id-path.ts';
import { readAnswer } from './public-inbox.ts';

const msgid = z.string().max(1000);
const link = z.object({ id: z.number().int(), msgid, name: z.string(), url: z.string(), mbox: z.string() });
const seriesSchema = z.object({
  id: z.number().int(),
  name: z.string().nullable(),
  version: z.number().int(),
  total: z.number().int(),
  received_total: z.number().int(),
  mbox: z.string(),
  cover_letter: link.nullable(),
  patches: z.array(link).max(2000),
});
const mailSchema = z.object({
  msgid,
  headers: z.record(z.string(), z.union([z.string(), z.array(z.string())])),
  content: z.string(),
  diff: z.string().nullish(),
  series: z.array(z.object({ id: z.number().int() })).optional(),
});
type PatchworkSeries = z.infer<typeof seriesSchema>;

/** A series as patchwork has it. */
export interface FetchedSeries {
  readonly items: readonly ReadItem[];
  /** Of the cover letter, else of the first patch. */
  readonly messageId: MessageId | null;
  readonly notes: readonly string[];
}

/**
 * A series of a patchwork server by its number: the cover letter, then the patches, each as the mail that patchwork
 * keeps (its mbox), or put together from its data where there is no mbox. Fails with the codes of `source/`.
 *
 * @example
 * const series = await fetchPatchworkSeries(client, 'https://patchwork.kernel.org', 984880);
 */
export async function fetchPatchworkSeries(
  client: HttpClient,
  server: string,
  id: number,
): Promise<Outcome<FetchedSeries>> {
  const series = await getJson(client, `${server}/api/series/${id}/`, seriesSchema);
  if (!series.ok) return series;
  const { cover_letter: cover, patches, total, received_total: received } = series.value;
  const parts = [...(cover ? [cover] : []), ...patches];
  const items: ReadItem[] = [];
  const lost: { name: string; fault: Fault }[] = [];
  for (const part of await wholeMbox(client, series.value, items)) {
    const mail = await fetchPart(client, part);
    if (mail.ok) items.push(...mail.value);
    else lost.push({ name: part.name, fault: mail.fault });
  }
  const [first] = lost;
  if (items.length === 0 && first) return { ok: false, fault: first.fault };
  const missing = received < total ? [`patchwork has ${received} of the ${total} patches`] : [];
  return ok({
    items,
    messageId: asMessageId(parts[0]?.msgid ?? ''),
    notes: [
      `fetched ${items.length} mails of series ${id} from ${server}`,
      ...missing,
      ...lost.map(({ name, fault }) => `'${name.slice(0, 100)}' could not be fetched: ${explain(fault)}`),
    ],
  });
}

/** The series that a patch or cover letter of patchwork is in; a patch in several counts to the first. */
export async function fetchPatchworkMail(
  client: HttpClient,
  server: string,
  part: 'patch' | 'cover',
  which: number | MessageId,
): Promise<Outcome<FetchedSeries>> {
  const noun = part === 'patch' ? 'patches' : 'covers';
  const path =
    typeof which === 'number' ? `/api/${noun}/${which}/` : `/api/${noun}/?msgid=${encodeURIComponent(which)}`;
  const listed = z.array(z.object({ id: z.number().int() })).max(100);
  const found = typeof which === 'number' ? ok([{ id: which }]) : await getJson(client, server + path, listed);
  if (!found.ok) return found;
  const [first] = found.value;
  if (!first) return fail('source/not-found', `${server} has no ${part} ${messageIdPath(which as MessageId)}`);
  const mail = await getJson(client, `${server}/api/${noun}/${first.id}/`, mailSchema);
  if (!mail.ok) return mail;
  const [series] = mail.value.series ?? [];
  if (series) return fetchPatchworkSeries(client, server, series.id);
  const items = await mailOf(mail.value, `${server}/api/${noun}/${first.id}/`);
  return ok({
    items,
    messageId: asMessageId(mail.value.msgid),
    notes: [`fetched 1 mail from ${server}; patchwork knows no series of it`],
  });
}

/** Reads the mbox of a whole series into `items`; gives the parts that are not in it (patchwork leaves the cover out). */
async function wholeMbox(
  client: HttpClient,
  series: PatchworkSeries,
  items: ReadItem[],
): Promise<PatchworkSeries['patches']> {
  const { cover_letter: cover, patches, mbox } = series;
  const parts = [...(cover ? [cover] : []), ...patches];
  const answer = await client.get(mbox, 'mbox');
  // Without it, every part is fetched on its own and the fault is told there.
  if (!answer.ok) return parts;
  items.push(...(await readAnswer(answer.value)).items);
  const have = new Set(items.flatMap((item) => (item.ok ? [item.value.messageId] : [])));
  return parts.filter((part) => !have.has(asMessageId(part.msgid)));
}

async function fetchPart(
  client: HttpClient,
  part: PatchworkSeries['patches'][number],
): Promise<Outcome<readonly ReadItem[]>> {
  const mbox = await client.get(part.mbox, 'mbox');
  if (mbox.ok) return ok((await readAnswer(mbox.value)).items);
  if (mbox.fault.code !== 'source/not-found') return mbox;
  const mail = await getJson(client, part.url, mailSchema);
  return mail.ok ? ok(await mailOf(mail.value, part.url)) : mail;
}

/** Puts a mail together again; patchwork has decoded it, so its old encoding is left out. */
async function mailOf({ headers, content, diff }: z.infer<typeof mailSchema>, origin: string): Promise<ReadItem[]> {
  const lines = Object.entries(headers)
    .filter(([name]) => /^[A-Za-z][A-Za-z0-9-]{0,76}$/.test(name) && !/^(?:content-|mime-version)/i.test(name))
    .flatMap(([name, value]) => [value].flat().map((one) => `${name}: ${one.replace(/\r?\n(?![ \t])/g, ' ')}`));
  const text = [...lines, 'Content-Type: text/plain; charset=utf-8', '', content, '---', diff ?? ''].join('\n');
  const items: ReadItem[] = [];
  for await (const item of readStream(one(Buffer.from(`${text}\n`)), origin)) items.push(item);
  return items;
}

async function getJson<T>(client: HttpClient, url: string, schema: z.ZodType<T>): Promise<Outcome<T>> {
  const answer = await client.get(url, 'json');
  if (!answer.ok) return answer;
  const host = new URL(url).host;
  let value: unknown;
  try {
    value = JSON.parse(answer.value.bytes.toString('utf8'));
  } catch (error) {
    return fail('source/malformed', `${host} did not answer with JSON`, (error as Error).message.slice(0, 200));
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  const [issue] = parsed.error.issues;
  return fail(
    'source/malformed',
    `${host} answered otherwise than patchwork does`,
    `${issue?.path.join('.')}: ${issue?.message}`,
  );
}

async function* one(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
