import { createGunzip } from 'node:zlib';
import { fail, type Outcome, ok } from '../outcome/index.ts';

/** How much of an answer is read, in bytes: as it comes, and unpacked. */
export interface BodyLimits {
  readonly received: number;
  readonly unpacked: number;
}

/** Reads a body to its end, or to its limit, where the connection is dropped. `name` is the server, for the fault. */
export async function readBody(
  body: AsyncIterable<Uint8Array> | null,
  limit: number,
  name: string,
): Promise<Outcome<Buffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  // Leaving the loop cancels the stream, so nothing more is received.
  for await (const chunk of body ?? []) {
    length += chunk.length;
    if (length > limit) return fail('source/too-large', `the answer of ${name} is larger than ${megabytes(limit)}`);
    chunks.push(chunk);
  }
  return ok(Buffer.concat(chunks, length));
}

/** Unpacks gzip as far as the limit allows; bytes that are no gzip are given back as they are (a proxy unpacked them). */
export async function gunzip(bytes: Buffer, limit: number, name: string): Promise<Outcome<Buffer>> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return ok(bytes);
  const unzip = createGunzip();
  unzip.end(bytes);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of unzip as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit)
        return fail('source/too-large', `the answer of ${name} unpacks to more than ${megabytes(limit)}`);
      chunks.push(chunk);
    }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') return fail('source/truncated', `the answer of ${name} is cut off`, message);
    if (code?.startsWith('Z_')) return fail('source/malformed', `the answer of ${name} is broken gzip`, message);
    throw error;
  }
  return ok(Buffer.concat(chunks, length));
}

function megabytes(bytes: number): string {
  return bytes >= 1 << 20 ? `${Math.round(bytes / (1 << 20))} MB` : `${bytes} bytes`;
}
