import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Mail, parseMail } from '../../src/mail/index.ts';

const read = async (text: string | Buffer): Promise<Mail> => {
  const result = await parseMail(Buffer.isBuffer(text) ? text : Buffer.from(text), 'a.eml');
  if (!result.ok) throw new Error(result.fault.what);
  return result.value;
};
const mail = (headers: string, body = 'text\n') => `From: Ada <ada@example.org>\nSubject: s\n${headers}\n${body}`;

describe('parseMail', () => {
  it('reads ids, people, date and body', async () => {
    const m = await read(
      'From: "Love, Ada" <ada@example.org>\r\nTo: a@b.c, List <l@b.c>\r\nSubject: [PATCH]\r\n one\r\nMessage-Id: <1@x>\r\n' +
        'In-Reply-To: <0@x>,\r\nReferences: <a@x>\r\n\t<0@x>\r\nDate: Thu, 19 Feb 2026 18:09:04 +0100 (CET)\r\n\r\nline\r\n',
    );
    expect(m).toMatchObject({
      messageId: '1@x',
      subject: '[PATCH] one',
      from: { name: 'Love, Ada', email: 'ada@example.org' },
      date: '2026-02-19T17:09:04.000Z',
      inReplyTo: ['0@x'],
      references: ['a@x', '0@x'],
      to: [
        { name: '', email: 'a@b.c' },
        { name: 'List', email: 'l@b.c' },
      ],
      body: 'line\n',
      defects: [],
    });
  });

  it('takes a date without a zone as UTC, whatever the machine says', async () => {
    expect((await read(mail('Date: 1 Mar 2026 10:00:00\n'))).date).toBe('2026-03-01T10:00:00.000Z');
  });

  it('keeps a mail without Date and Message-ID and notes both', async () => {
    const m = await read(mail(''));
    expect([m.date, m.messageId]).toEqual([null, null]);
    expect(m.defects).toEqual(['no Date', 'no Message-ID']);
  });

  it('finds ids without brackets', async () => {
    expect((await read(mail('In-Reply-To: 12.ab@host\n'))).inReplyTo).toEqual(['12.ab@host']);
  });

  it('finds the id in a free-text In-Reply-To', async () => {
    const m = await read(mail('In-Reply-To: Ada\'s message of "Mon" <7@x> (from a@b)\n'));
    expect(m.inReplyTo).toEqual(['7@x']);
  });

  it('undoes quoted-printable', async () => {
    const m = await read(
      mail(
        'Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=utf-8\n',
        'a =3D =C3=A9=\nb\n',
      ),
    );
    expect(m.body).toBe('a = éb\n');
  });

  it('undoes base64', async () => {
    const m = await read(
      mail('Content-Transfer-Encoding: base64\n', `${Buffer.from('+\tint a;\n').toString('base64')}\n`),
    );
    expect(m.body).toBe('+\tint a;\n');
  });

  it('reads UTF-8 text that is labelled us-ascii and says so', async () => {
    const m = await read(mail('Content-Type: text/plain; charset=us-ascii\n', 'Grüße\n'));
    expect(m.body).toBe('Grüße\n');
    expect(m.defects).toContain('body: the text is not us-ascii as its label says; read as utf-8');
  });

  it('reads latin1 text that is labelled utf-8 and says so', async () => {
    const m = await read(Buffer.from(mail('Content-Type: text/plain; charset=utf-8\n', 'Gr\xfc\xdfe\n'), 'latin1'));
    expect(m.body).toBe('Grüße\n');
    expect(m.defects).toContain('body: the text is not utf-8 as its label says; read as latin1');
  });

  it('reads 8-bit text without a label as UTF-8 and says so', async () => {
    const m = await read(mail('', 'Grüße\n'));
    expect(m.body).toBe('Grüße\n');
    expect(m.defects).toContain('body: no charset is given; read as utf-8');
  });

  it('reads gb2312', async () => {
    const m = await read(
      Buffer.from(mail('Content-Type: text/plain; charset="gb2312"\n', '\xc4\xe3\xba\xc3\n'), 'latin1'),
    );
    expect(m.body).toBe('你好\n');
  });

  it('decodes encoded words in headers', async () => {
    expect((await read('Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\n\nx\n')).subject).toBe('Grüße');
  });

  it('undoes format=flowed', async () => {
    const m = await read(mail('Content-Type: text/plain; format=flowed\n', 'one \ntwo\n  stuffed\n-- \nme\n'));
    expect(m.body).toBe('one two\n stuffed\n-- \nme\n');
  });

  it('leaves a diff alone that is labelled flowed and is not', async () => {
    const body = '@@ -1,2 +1,2 @@\n context \n-a\n+b\n';
    const m = await read(mail('Content-Type: text/plain; format=flowed\n', body));
    expect(m.body).toBe(body);
  });

  it('gives a flowed diff its spaces back when the mailer made them non-breaking', async () => {
    const body = '@@ -1,2 +1,2 @@ int f(int a, \nint b)\n \u00a0 a\n-\u00a0 b\n+\u00a0 c\n';
    const m = await read(mail('Content-Type: text/plain; format=flowed; charset=utf-8\n', body));
    expect(m.body).toBe('@@ -1,2 +1,2 @@ int f(int a, int b)\n  a\n-  b\n+  c\n');
    expect(m.defects).toContain('the spaces of its diff were non-breaking spaces');
  });

  it('takes the plain text of a multipart and keeps a patch as attachment', async () => {
    const m = await read(
      mail(
        'Content-Type: multipart/mixed; boundary="b"\n',
        '--b\nContent-Type: multipart/alternative; boundary=c\n\n--c\n\nplain\n--c\nContent-Type: text/html\n\n<p>html\n--c--\n' +
          `--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename="a.patch"\nContent-Transfer-Encoding: base64\n\n${Buffer.from('diff').toString('base64')}\n--b--\n`,
      ),
    );
    expect(m.body).toBe('plain');
    expect(m.attachments).toEqual([{ name: 'a.patch', type: 'application/octet-stream', text: 'diff' }]);
    expect(m.defects).toEqual(['no Date', 'no Message-ID']);
  });

  it('says when a multipart is cut off', async () => {
    const m = await read(mail('Content-Type: multipart/mixed; boundary=b\n', '--b\n\nplain\n'));
    expect(m.body).toBe('plain\n');
    expect(m.defects[0]).toContain('cut off');
  });

  it('refuses bytes that do not start with a header', async () => {
    const result = await parseMail(Buffer.from('no header here\n\nx'), 'a.eml');
    expect(result.ok ? null : result.fault.code).toBe('input/no-mail');
  });

  it('gives a mail or a fault for any bytes, and never throws', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), async (tail) => {
        const result = await parseMail(
          Buffer.concat([Buffer.from('Subject: x\nContent-Type: multipart/mixed; boundary="-"\n'), tail]),
          'f',
        );
        expect(typeof result.ok).toBe('boolean');
      }),
      { numRuns: 200 },
    );
  });

  it('gives back any text in any transfer encoding', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 200 }), async (raw) => {
        const text = raw.replace(/[\r\0]/g, '');
        const m = await read(
          mail(
            'Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: base64\n',
            Buffer.from(text).toString('base64'),
          ),
        );
        expect(m.body.trimEnd()).toBe(text.trimEnd());
      }),
      { numRuns: 100 },
    );
  });
});
