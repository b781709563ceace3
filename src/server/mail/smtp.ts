import { Readable } from 'node:stream';
import { createTransport } from 'nodemailer';

/** What became of a mail that was given to a server. */
export type Handed =
  | { readonly outcome: 'accepted'; readonly answer: string; readonly refused: readonly string[] }
  /** Not accepted, and so not sent; `again` when the server may take it later. */
  | { readonly outcome: 'refused'; readonly answer: string; readonly again: boolean }
  /** The connection broke when the server may have had it all. */
  | { readonly outcome: 'unknown'; readonly answer: string };

/** A message with whom it is from and to, which is what the server goes by. */
export interface Outgoing {
  readonly from: string;
  readonly recipients: readonly string[];
  readonly message: string;
}

/** Milliseconds; a server that is slower is away. The whole of it stays below the claim on the parcel. */
const TIMES = { connectionTimeout: 20_000, greetingTimeout: 20_000, socketTimeout: 60_000, dnsTimeout: 10_000 };

/**
 * Gives a message to an SMTP server, its bytes as they are. The server and the password stand in `url`; neither comes back
 * in an answer.
 *
 * @example
 * const handed = await handOver('smtp://127.0.0.1:25', { from, recipients, message });
 */
export async function handOver(url: string, { from, recipients, message }: Outgoing): Promise<Handed> {
  const transport = createTransport({ url, ...TIMES });
  // What the library says of a broken connection does not tell whether the server had the mail. That the message was not
  // even read from here does: it is read when the server is ready for it, behind greeting and password.
  let read = false;
  const bytes = function* () {
    read = true;
    yield Buffer.from(message.replace(/\r?\n/g, '\r\n'));
  };
  try {
    const raw = Readable.from(bytes());
    const sent = await transport.sendMail({ envelope: { from, to: [...recipients] }, raw });
    const refused = (sent.rejected ?? []).map(String);
    return { outcome: 'accepted', answer: withoutUrl(sent.response ?? '', url), refused };
  } catch (error) {
    return judge(error, url, read);
  } finally {
    transport.close();
  }
}

function judge(error: unknown, url: string, read: boolean): Handed {
  const { message, responseCode, code } = error as {
    readonly message?: string;
    readonly responseCode?: number;
    readonly code?: string;
  };
  const answer = withoutUrl(`${code ?? 'error'}: ${message ?? String(error)}`, url);
  // A code of the server is its word: the mail was not taken.
  if (typeof responseCode === 'number' && responseCode >= 400)
    return { outcome: 'refused', answer, again: responseCode < 500 || code === 'EAUTH' };
  if (!read) return { outcome: 'refused', answer, again: true };
  return { outcome: 'unknown', answer };
}

/** Errors of libraries may quote what they were given. */
function withoutUrl(text: string, url: string): string {
  let shown = text.split(url).join('…');
  try {
    const { password } = new URL(url);
    for (const secret of [password, decodeURIComponent(password)])
      if (secret !== '') shown = shown.split(secret).join('…');
  } catch {
    // A wrong URL has no password that could be told apart from it.
  }
  return shown.replace(/\s+/g, ' ').slice(0, 500);
}
