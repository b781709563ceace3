import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readCheckedMail, undoDeclared } from '../../src/cli/b4-mail.ts';

const mail = (headers: string, body: string) => Buffer.from(`${headers}\n\n${body}`);

test('a body that keeps what its header declares is left alone', () => {
  const base64 = mail('Content-Transfer-Encoding: base64', 'aGVsbG8K\n');
  const quoted = mail('Content-Transfer-Encoding: quoted-printable', 'a =3D b;\nlong =\nline\n');
  expect(undoDeclared(base64)).toEqual(base64);
  expect(undoDeclared(quoted)).toEqual(quoted);
});

test('a declaration that the body does not keep is taken away', () => {
  const folded = mail('Subject: x\nContent-Transfer-Encoding:\n base64\nTo: y', 'int a = 1;\n');
  expect(undoDeclared(folded).toString()).toBe('Subject: x\nTo: y\n\nint a = 1;\n');
  expect(undoDeclared(mail('Content-Transfer-Encoding: quoted-printable', 'a == b\n')).toString()).not.toContain(
    'quoted',
  );
});

test('a multipart mail of which b4 left the text is text', () => {
  const left = undoDeclared(mail('Content-Type: multipart/mixed;\n boundary="xyz"', 'int ä;\n')).toString();
  expect(left).toBe('Content-Type: text/plain; charset=utf-8\n\nint ä;\n');
});

test.each([
  ['[PATCH v3 2/5] a', { patch: 2, version: 3, cover: false }],
  ['[PATCH v3 0/5] a', { patch: null, version: 3, cover: true }],
  ['[PATCH] a', { patch: null, version: null, cover: false }],
  ['[PATCH 1/1] a', { patch: null, version: null, cover: false }],
  ['no patch at all', { patch: null, version: null, cover: false }],
])('%s', async (subject, expected) => {
  expect(await readCheckedMail(mail(`Subject: ${subject}`, 'x\n'))).toMatchObject(expected);
});

test('whatever comes, it is read without an exception', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      await readCheckedMail(Buffer.from(bytes));
    }),
    { numRuns: 100 },
  );
});
