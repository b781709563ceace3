import PostalMime from 'postal-mime';
import { fail, type Outcome, ok } from '../outcome/index.ts';
import { decodeText } from './charset.ts';
import { undoFlowed } from './flowed.ts';
import {
  decodeHeader,
  HEADER_LINE,
  type HeaderTable,
  headerTable,
  type RawHeader,
  rawHeader,
  readAddresses,
  readDate,
  readHeaders,
  readMessageIds,
} from './headers.ts';
import type { Attachment, Mail, MessageId, Person } from './mail.ts';
import { leafParts, mediaType, type Part, parameter, splitHeaderBlock } from './mime-parts.ts';
import { undoTransferEncoding } from './transfer-encoding.ts';

/**
 * Reads one mail from its bytes (without an mbox `From ` line).
 *
 * Almost everything is survived and noted in `defects`; only bytes that do not start with a header, or that the MIME
 * reader refuses (more than 2 MB of headers), are the fault `input/no-mail` or `input/unreadable`.
 *
 * @example
 * const mail = await parseMail(Buffer.from('Subject: [PATCH] x\n\nbody\n'), 'a.eml');
 * if (mail.ok) console.log(mail.value.subject);
 */
export async function parseMail(bytes: Buffer, origin: string): Promise<Outcome<Mail>> {
  const whole = splitHeaderBlock(bytes);
  const head = decodeText(whole.block, 'utf-8');
  const { headers, strange } = readHeaders(head.text.includes('\r') ? head.text.replaceAll('\r', '') : head.text);
  if (headers.length === 0 || !HEADER_LINE.test(head.text.slice(0, 100))) {
    return fail('input/no-mail', `${origin} does not start with a mail header`);
  }
  const defects: string[] = [];
  if (head.defect) defects.push(`header: ${head.defect}`);
  if (strange.length > 0) defects.push(`header: ${strange.length} lines are no header`);

  const table = headerTable(headers);
  const { parts, defects: broken } = leafParts(whole, table);
  defects.push(...broken);
  const texts: { text: string; within: string | null }[] = [];
  const attachments: Attachment[] = [];
  for (const part of parts) {
    const leaf = await readLeaf(part);
    if (!leaf.ok) return fail('input/unreadable', `${origin} cannot be decoded`, leaf.fault.what);
    defects.push(...leaf.value.defects);
    if (leaf.value.isBody) texts.push({ text: leaf.value.text ?? '', within: part.within });
    else if (!(leaf.value.type === 'text/html' && part.within === 'alternative')) {
      attachments.push({ name: leaf.value.name, type: leaf.value.type, text: leaf.value.text });
    }
  }
  return ok(assemble(headers, table, texts.map((t) => t.text).join('\n'), attachments, origin, defects));
}

function assemble(
  raw: readonly RawHeader[],
  table: HeaderTable,
  body: string,
  attachments: Attachment[],
  origin: string,
  defects: string[],
): Mail {
  const headers = raw.map((pair) => (pair[1].includes('=?') ? ([pair[0], decodeHeader(pair[1])] as const) : pair));
  const ids = (name: string): MessageId[] => (table.get(name) ?? []).flatMap(readMessageIds);
  const people = (name: string): Person[] => (table.get(name) ?? []).flatMap(readAddresses);
  const dateText = rawHeader(table, 'date');
  const date = dateText === null ? null : readDate(dateText);
  if (dateText === null) defects.push('no Date');
  else if (date === null) defects.push(`the Date cannot be read: ${dateText.slice(0, 60)}`);
  const messageId = ids('message-id')[0] ?? null;
  if (messageId === null) defects.push('no Message-ID');
  const from = people('from')[0];
  if (!from) defects.push('no From');
  return {
    messageId,
    subject: decodeHeader(rawHeader(table, 'subject') ?? '')
      .replace(/\s+/g, ' ')
      .trim(),
    from: from ?? { name: '', email: '' },
    date,
    inReplyTo: ids('in-reply-to'),
    references: ids('references'),
    to: people('to'),
    cc: people('cc'),
    headers,
    body,
    attachments,
    origin,
    defects,
  };
}

interface Leaf {
  readonly name: string;
  readonly type: string;
  readonly text: string | null;
  readonly isBody: boolean;
  readonly defects: readonly string[];
}

async function readLeaf(part: Part): Promise<Outcome<Leaf>> {
  const disposition = rawHeader(part.headers, 'content-disposition') ?? '';
  const type = mediaType(part.headers);
  const defects: string[] = [];
  const encoding = rawHeader(part.headers, 'content-transfer-encoding') ?? '';
  const plain = /^\s*(?:7bit|8bit|binary|)\s*$/i.test(encoding);
  const direct = /name/i.test(disposition) ? null : plain ? part.body : undoTransferEncoding(part.body, encoding);
  const content = direct !== null ? ok({ bytes: direct, name: '' }) : await undoEncoding(part, disposition);
  if (!content.ok) return content;
  const { bytes } = content.value;
  const name = content.value.name || (parameter(rawHeader(part.headers, 'content-type'), 'name') ?? '');
  const isText =
    type.startsWith('text/') ||
    /^application\/(x-)?(patch|diff|mbox)/.test(type) ||
    type === 'message/rfc822' ||
    /\.(patch|diff|txt|c|h)$/i.test(name);
  if (!isText) return ok({ name, type, text: null, isBody: false, defects });
  const contentType = rawHeader(part.headers, 'content-type');
  const decoded = decodeText(bytes, parameter(contentType, 'charset'));
  if (decoded.defect) defects.push(`${name || 'body'}: ${decoded.defect}`);
  let text = decoded.text;
  if (text.includes('\r')) text = text.replace(/\r+\n/g, '\n');
  if (text.includes('\0')) text = text.replaceAll('\0', '\uFFFD');
  if (parameter(contentType, 'format')?.toLowerCase() === 'flowed') {
    const flat = undoFlowed(text, parameter(contentType, 'delsp')?.toLowerCase() === 'yes');
    text = flat.text;
    if (flat.defect) defects.push(flat.defect);
  }
  const attached = /^\s*attachment/i.test(disposition) || (name !== '' && /\.(patch|diff)$/i.test(name));
  return ok({ name, type, text, isBody: type === 'text/plain' && !attached, defects });
}

/**
 * Undoes the transfer encoding of one part. postal-mime is shown the part as an attachment of no known type, so that
 * it decodes the content and the file name (RFC 2231) but hands over bytes: the charset is decided by the caller.
 */
async function undoEncoding(part: Part, disposition: string): Promise<Outcome<{ bytes: Uint8Array; name: string }>> {
  const parameters = disposition.includes(';') ? disposition.slice(disposition.indexOf(';')) : '';
  const encoding = rawHeader(part.headers, 'content-transfer-encoding') ?? '8bit';
  const block = `Content-Disposition: attachment${parameters}\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: ${encoding}\n\n`;
  try {
    const email = await PostalMime.parse(Buffer.concat([Buffer.from(block, 'latin1'), part.body]));
    const [attachment] = email.attachments;
    const bytes =
      attachment && typeof attachment.content !== 'string' ? new Uint8Array(attachment.content) : Buffer.alloc(0);
    return ok({ bytes, name: attachment?.filename ?? '' });
  } catch (error) {
    // Its limits on headers and nesting are its only exceptions.
    return fail('input/unreadable', error instanceof Error ? error.message : String(error));
  }
}
