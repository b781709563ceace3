import type { Mail, MessageId } from '../../src/mail/index.ts';

/** A mail for a test; what is not given has a plain default. The id is made from the subject unless it is given. */
export function mail(
  subject: string,
  rest: Partial<Omit<Mail, 'messageId' | 'inReplyTo' | 'references' | 'subject'>> & {
    id?: string | null;
    re?: string;
    refs?: string[];
  } = {},
): Mail {
  const { id, re, refs, ...fields } = rest;
  return {
    messageId: (id === undefined ? `${subject.replace(/[^\w]+/g, '.')}@test` : id) as MessageId | null,
    subject,
    from: { name: 'Ada Love', email: 'ada@example.org' },
    date: '2026-03-01T10:00:00.000Z',
    inReplyTo: (re ? [re] : []) as MessageId[],
    references: (refs ?? []) as MessageId[],
    to: [],
    cc: [],
    headers: [],
    body: '',
    attachments: [],
    origin: 'test.mbox',
    defects: [],
    ...fields,
  };
}

/** The text of a patch mail that changes one line of one file. */
export function patchBody(
  file = 'lib/a.c',
  message = 'Why.\n\nSigned-off-by: Ada Love <ada@example.org>',
  notes = '',
): string {
  return `${message}\n---\n${notes} ${file} | 2 +-\n 1 file changed, 1 insertion(+), 1 deletion(-)\n\n${DIFF(file)}-- \n2.53.0\n`;
}

/** A diff of one line. */
export const DIFF = (file: string): string =>
  `diff --git a/${file} b/${file}\nindex 1..2 100644\n--- a/${file}\n+++ b/${file}\n@@ -1,3 +1,3 @@ f\n a\n-b\n+c\n d\n`;
