import { expect, test } from 'vitest';
import { parseMail, type ReadItem } from '../../src/mail/index.ts';
import { lettersOf } from '../../src/review/index.ts';
import { richReview } from '../report/fixtures.ts';

const mail = async (id: string, more = ''): Promise<ReadItem> => {
  const parsed = await parseMail(
    Buffer.from(
      `Message-ID: <${id}>\nSubject: [PATCH v3] widget\nFrom: Ada Coder <ada@example.org>\nTo: list@example.org\n${more}\ntext\n`,
    ),
    'test',
  );
  return parsed.ok ? parsed : { ...parsed, origin: 'test', scope: 'mail' };
};

test('the mails of the series are letters, cover first; others are left out', async () => {
  const items = await Promise.all(
    ['20260102.1-v3@example.org', 'other@example.org', '20260102.cover-v3@example.org'].map((id) => mail(id)),
  );
  const letters = lettersOf(items, richReview);
  expect(letters.map(({ patch, messageId }) => [patch, messageId])).toEqual([
    [0, '20260102.cover-v3@example.org'],
    [1, '20260102.1-v3@example.org'],
  ]);
  expect(letters[0]?.to).toEqual([{ name: '', email: 'list@example.org' }]);
});

test('a header that says not to answer is kept however often it stands there', async () => {
  const item = await mail('20260102.1-v3@example.org', 'X-Abbot: ignore\nx-abbot: yes\nX-Other: 1\n');
  expect(lettersOf([item], richReview)[0]?.telling).toEqual({ 'x-abbot': 'ignore, yes' });
});
