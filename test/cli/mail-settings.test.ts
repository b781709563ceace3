import { expect, test } from 'vitest';
import { resolveMail } from '../../src/cli/mail-settings.ts';

test('without variables every mail stays a draft, and patchwork hears nothing', () => {
  expect(resolveMail({ env: {} })).toMatchObject({ ok: true, value: { smtpUrl: null, from: null, patchwork: null } });
});

test('a server, a sender and the pace are taken from the environment', () => {
  const env = {
    ABBOT_SMTP_URL: 'smtp://mail.example.org:587',
    ABBOT_MAIL_FROM: 'abbot <abbot@example.org>',
    ABBOT_MAIL_SETTLE: '60',
    ABBOT_MAIL_PER_AUTHOR: '1',
    ABBOT_PATCHWORK_URL: 'https://patchwork.example.org/',
    ABBOT_PATCHWORK_TOKEN: 'abc',
  };
  expect(resolveMail({ env })).toEqual({
    ok: true,
    value: {
      smtpUrl: 'smtp://mail.example.org:587',
      from: { name: 'abbot', email: 'abbot@example.org' },
      settle: 3600,
      perList: 10,
      perAuthor: 1,
      patchwork: { url: 'https://patchwork.example.org/', token: 'abc' },
      publicUrl: null,
    },
  });
});

test.each([
  [{ ABBOT_SMTP_URL: 'mail.example.org', ABBOT_MAIL_FROM: 'a@b.example' }, 'ABBOT_SMTP_URL'],
  [{ ABBOT_SMTP_URL: 'smtp://user:hush@', ABBOT_MAIL_FROM: 'a@b.example' }, 'ABBOT_SMTP_URL'],
  [{ ABBOT_SMTP_URL: 'smtp://mail.example.org' }, 'without ABBOT_MAIL_FROM'],
  [{ ABBOT_MAIL_FROM: 'somebody' }, 'ABBOT_MAIL_FROM'],
  [{ ABBOT_MAIL_FROM: 'a@b.example\nBcc: c@d.example' }, 'ABBOT_MAIL_FROM'],
  [{ ABBOT_MAIL_PER_LIST: 'many' }, 'ABBOT_MAIL_PER_LIST'],
  [{ ABBOT_PATCHWORK_URL: 'https://patchwork.example.org' }, 'go together'],
])('%j is refused, without showing a password', (env, named) => {
  const read = resolveMail({ env: env as Record<string, string> });
  expect(JSON.stringify(read)).toContain(named);
  expect(JSON.stringify(read)).not.toContain('hush');
  expect(read.ok).toBe(false);
});
