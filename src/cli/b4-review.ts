import { explain, type Outcome } from '../outcome/index.ts';
import { renderB4, renderB4Fault } from '../report/index.ts';
import type { Review } from '../review/index.ts';
import { type CheckedMail, readCheckedMail } from './b4-mail.ts';
import { readThread } from './b4-thread.ts';
import { deliver } from './deliver.ts';
import type { Surroundings } from './surroundings.ts';

/** More on standard input is no mail of a check. */
const LARGEST_MAIL = 64 << 20;

/** What is asked of the review: the mails in place of standard input, and the version to pick. */
export interface B4Input {
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly pick: number | null;
}

/**
 * `abbot review - --format b4`: b4 gives one mail, the cover letter or a patch. With b4's own copy of the thread at hand the
 * whole series is reviewed, and told as far as the mail speaks of it; without, the one patch. The exit code is 0 whenever
 * there is an answer in JSON, also when that says that nothing could be analysed: b4 reads the answer and not the code.
 */
export async function b4Review(
  review: (input: B4Input) => Promise<Outcome<Review>>,
  output: string | undefined,
  to: Surroundings,
): Promise<number> {
  const given = await readAll(to.stdin);
  const mail = await readCheckedMail(given);
  const thread = await readThread(to.env['B4_TRACKING_FILE'], to.cwd);
  const answer = (text: string) => deliver(text, output, 0, to);
  if (thread === null && mail.cover)
    return answer(
      renderB4Fault(
        'b4 gave the cover letter alone, and the patches are not at hand',
        'check the series out with `b4 review`, so that its thread is in the repository',
      ),
    );
  const reviewed = await review({
    stdin: once(thread ?? mail.bytes),
    pick: thread === null ? null : (mail.version ?? 1),
  });
  if (!reviewed.ok) return answer(renderB4Fault(reviewed.fault.what, explain(reviewed.fault)));
  return answer(renderB4(reviewed.value, scopeOf(mail, reviewed.value)));
}

/** The patch that the answer is to speak of; a series of one patch is spoken of as a whole. */
function scopeOf(mail: CheckedMail, review: Review): number | null {
  return review.series.total > 1 ? mail.patch : null;
}

async function readAll(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > LARGEST_MAIL) break;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
