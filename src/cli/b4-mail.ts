import { parseMail } from '../mail/index.ts';
import { parseSubject } from '../series/index.ts';

/** The one mail that b4 gave to a check, and what a check of it is about. */
export interface CheckedMail {
  readonly bytes: Buffer;
  /** Number of the patch, or null when the mail is a cover letter or the only patch: the check is of the series. */
  readonly patch: number | null;
  readonly version: number | null;
  readonly cover: boolean;
}

/** Reads the mail that b4 wrote to standard input. */
export async function readCheckedMail(given: Buffer): Promise<CheckedMail> {
  const bytes = undoDeclared(given);
  const mail = await parseMail(bytes, 'standard input');
  const { index, total, version } = parseSubject(mail.ok ? mail.value.subject : '');
  const cover = index === 0;
  return { bytes, patch: index === null || index === 0 || total === 1 ? null : index, version, cover };
}

/**
 * b4 decodes the body and leaves the headers as they were (`LoreMessage.get_msg_as_bytes`), so that a mail may say base64
 * and be plain text. A declaration that the body does not keep is taken away; a mail that keeps it is left alone.
 */
export function undoDeclared(mail: Buffer): Buffer {
  const text = mail.toString('latin1');
  const end = /\r?\n\r?\n/.exec(text);
  if (!end) return mail;
  const head = text.slice(0, end.index);
  const body = text.slice(end.index + end[0].length);
  const encoding = field(head, 'content-transfer-encoding');
  const boundary = /boundary\s{0,4}=\s{0,4}(?:"([^"]{1,100})"|([^\s;"]{1,100}))/i.exec(field(head, 'content-type'));
  let fixed = head;
  if (/^base64/i.test(encoding) && !/^[A-Za-z0-9+/=\s]*$/.test(body))
    fixed = without(fixed, 'content-transfer-encoding');
  if (/^quoted-printable/i.test(encoding) && /=(?!\r?\n|[0-9A-Fa-f]{2})|^.{79}/m.test(body))
    fixed = without(fixed, 'content-transfer-encoding');
  if (boundary && !body.includes(`--${boundary[1] ?? boundary[2]}`))
    fixed = `${without(without(fixed, 'content-type'), 'content-transfer-encoding')}\nContent-Type: text/plain; charset=utf-8`;
  return fixed === head ? mail : Buffer.from(`${fixed.trim()}\n\n${body}`, 'latin1');
}

/** A header field with its folded lines, or an empty text. */
function field(head: string, name: string): string {
  return (
    lines(head)
      .find((line) => line.toLowerCase().startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ''
  );
}

function without(head: string, name: string): string {
  return lines(head)
    .filter((line) => !line.toLowerCase().startsWith(`${name}:`))
    .join('\n');
}

const lines = (head: string): string[] => head.split(/\r?\n(?![ \t])/);
