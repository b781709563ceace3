import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createLog } from '../../src/server/index.ts';

function logged(write: (log: ReturnType<typeof createLog>) => void): string {
  let text = '';
  const keep = (line: string) => {
    text += line;
  };
  write(createLog('debug', { write: keep }));
  return text;
}

test.each(['password', 'token', 'authorization', 'privateKey', 'webhookSecret', 'DATABASE_URL'])(
  'the value of a field %s is never written, however deep it stands',
  (name) => {
    const text = logged((log) => {
      log.info({ [name]: 'hush-hush' }, 'one');
      log.info({ inner: { [name]: 'hush-hush' } }, 'two');
      log.info({ inner: { inner: { [name]: 'hush-hush' } } }, 'three');
    });
    expect(text.split('\n')).toHaveLength(4);
    expect(text).not.toContain('hush-hush');
  },
);

test('what looks like a secret is taken out of any text', () => {
  const secrets = [
    `ghs_${'a1B2'.repeat(9)}`,
    `github_pat_${'a1B2_'.repeat(12)}`,
    `-----BEGIN RSA PRIVATE KEY-----\nMIIEow${'x'.repeat(100)}\n-----END RSA PRIVATE KEY-----`,
  ];
  for (const secret of secrets) {
    const text = logged((log) => log.error({ err: new Error(`with ${secret} in it`) }, `also here ${secret}`));
    expect(text).not.toContain(secret.slice(15, 60).split('\n')[0]);
  }
});

test('no password of a database address reaches the log', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\w!$&'()*+,;=.~-]{6,30}$/), (password) => {
      const url = `postgres://someone:${password}@host.example/db`;
      const text = logged((log) => log.error({ err: new Error(`connect ${url} failed`), url }, `tried ${url}`));
      expect(text).not.toContain(`:${password}@`);
    }),
  );
});

test('every line stays JSON', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (field, message) => {
      const text = logged((log) => log.warn({ field, token: field, auth: `Bearer ${field}` }, message));
      expect(() => JSON.parse(text)).not.toThrow();
    }),
  );
});
