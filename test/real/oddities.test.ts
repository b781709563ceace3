import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { decodeWords } from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { decodeHeader, readAddresses, readAnyAddresses } from '../../src/mail/headers.ts';
import { type Mail, readMails } from '../../src/mail/index.ts';
import { groupSeries, parseSubject, type Series } from '../../src/series/index.ts';
import { sharedPath } from './data.ts';

const corpus = sharedPath('corpus');
const folder = join(corpus ?? '', 'oddities');

async function mailsIn(path: string): Promise<Mail[]> {
  const mails: Mail[] = [];
  for await (const item of readMails([path])) if (item.ok) mails.push(item.value);
  return mails;
}
/** What one odd mail gives: itself, its series if it is a part of one, and the reason if it is none. */
interface Odd {
  readonly mail: Mail;
  readonly series: Series | null;
  readonly reason: string | null;
}
const diffOf = ({ series }: Odd): string => series?.patches[0]?.diff ?? '';
const tagsOf = ({ mail }: Odd): readonly string[] => parseSubject(mail.subject).tags;
const versionOf = ({ mail }: Odd): number | null => parseSubject(mail.subject).version;
const readable = ({ mail }: Odd): boolean => mail.body !== '' && !mail.body.includes('\uFFFD');

/** Beginning of the file's name → what reading it must give. */
const CLASSES: Readonly<Record<string, (odd: Odd) => boolean>> = {
  '8bit-declared': readable,
  'attachment-mixed': ({ mail, series }) => mail.body !== '' && series === null,
  'base-commit': ({ series, mail }) =>
    series === null || series.baseCommit !== null || mail.body.includes('base-commit'),
  'base64-body': ({ mail }) => /[a-z] [a-z]/.test(mail.body) && !/^[A-Za-z0-9+/]{70,}$/m.test(mail.body),
  'change-id': ({ series }) => series?.changeId !== null,
  'charset-latin1': readable,
  'charset-not': readable,
  'deep-threaded': ({ series }) => (series?.answers.length ?? 0) > 0,
  'format-flowed': (odd) => diffOf(odd).startsWith('diff '),
  'git-binary': (odd) => diffOf(odd).includes('GIT binary patch'),
  'git-pull': ({ reason }) => reason === 'pull-request',
  'irt-freetext': ({ mail }) => mail.inReplyTo.length > 0 && mail.inReplyTo.every((id) => /^[^<>\s]+$/.test(id)),
  'multipart-patch': (odd) => odd.mail.body !== '' && (diffOf(odd) !== '' || odd.series?.cover !== null),
  'new-version': ({ series }) => (series?.version ?? 1) > 1 && (series?.answers.length ?? 0) > 0,
  'no-content-type': readable,
  'non-re-reply': ({ series }) => series === null,
  'pgp-signed': ({ mail }) => mail.body !== '' && mail.attachments.some((a) => /pgp-signature/.test(a.type)),
  'prerequisite-patch': ({ series, mail }) =>
    (series?.prerequisites.length ?? 0) > 0 || mail.body.includes('prerequisite-patch-id'),
  'quoted-printable': (odd) => !/=3D|=20$/m.test(odd.mail.body) && (diffOf(odd) !== '' || odd.series?.cover !== null),
  'refs-without': ({ mail }) => mail.inReplyTo.length === 0 && mail.references.length > 0,
  'reply-patch': ({ series }) => series === null,
  resend: (odd) => tagsOf(odd).includes('RESEND'),
  rfc: (odd) => tagsOf(odd).includes('RFC'),
  'stable-branch': (odd) => tagsOf(odd).some((tag) => /\d\.\d/.test(tag)),
  'subject-capital': (odd) => (versionOf(odd) ?? 0) >= 1,
  'subject-fractional': (odd) => versionOf(odd) !== null || tagsOf(odd).some((tag) => /\d\.\d/.test(tag)),
  'subject-i-greater': ({ series }) => series === null || series.patches.length === 1,
  'subject-no-patch': ({ mail }) => mail.body !== '',
  'subject-two': ({ mail }) => !parseSubject(mail.subject).title.startsWith('[PATCH'),
  'subject-v-before': (odd) => (versionOf(odd) ?? 0) >= 2,
  'subject-vN-glued': (odd) => (versionOf(odd) ?? 0) >= 1,
  'via-b4-relay': ({ series, mail }) =>
    series === null ? mail.from.email !== '' : !series.author.email.startsWith('devnull+'),
};

describe.skipIf(corpus === null)('each class of odd mails', () => {
  const files = corpus === null ? [] : readdirSync(folder).filter((file) => file.endsWith('.eml'));

  test('has an expectation here', () => {
    const unknown = files.filter((file) => !Object.keys(CLASSES).some((name) => file.startsWith(name)));
    expect(unknown).toEqual([]);
  });

  test.each(Object.keys(CLASSES))('%s is read as it is meant', async (name) => {
    const mine = files.filter((file) => file.startsWith(name));
    expect(mine.length).toBeGreaterThan(0);
    for (const file of mine) {
      const [mail] = await mailsIn(join(folder, file));
      const { series, leftovers } = groupSeries([mail!]);
      const odd = { mail: mail!, series: series[0] ?? null, reason: leftovers[0]?.reason ?? null };
      expect([file, odd.mail.subject, CLASSES[name]!(odd)]).toEqual([file, odd.mail.subject, true]);
    }
  });

  test('gives the same addresses and words by the short ways as by the general reader', async () => {
    for (const part of ['oddities', 'multi-version', 'seed-series', 'patchew-testdata']) {
      for (const mail of await mailsIn(join(corpus ?? '', part))) {
        for (const [name, value] of mail.headers) {
          if (/^(?:from|to|cc|reply-to|sender)$/i.test(name))
            expect(readAddresses(value)).toEqual(readAnyAddresses(value));
          if (value.includes('=?')) expect(decodeHeader(value)).toBe(decodeWords(value));
        }
      }
    }
  });
});
