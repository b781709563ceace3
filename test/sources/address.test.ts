import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { MessageId } from '../../src/mail/index.ts';
import { asMessageId, messageIdOfSegment, messageIdPath, parseAddress } from '../../src/sources/index.ts';

const read = (text: string, exists?: (path: string) => boolean) => {
  const address = parseAddress(text, exists);
  return address.ok ? address.value : address.fault.code;
};
const LORE = 'https://lore.kernel.org';
const mail = (messageId: string, list: string | null, inbox: string | null = LORE) => ({
  kind: 'mail',
  inbox,
  list,
  messageId,
});

describe('a link to a list archive', () => {
  test.each([
    ['https://lore.kernel.org/linux-pci/1-a@b.org/', 'linux-pci'],
    ['https://lore.kernel.org/linux-pci/1-a@b.org', 'linux-pci'],
    ['https://lore.kernel.org/linux-pci/1-a%40b.org/', 'linux-pci'],
    ['https://lore.kernel.org/linux-pci/1-a@b.org/T/#u', 'linux-pci'],
    ['https://lore.kernel.org/linux-pci/1-a@b.org/t/#m0123456789', 'linux-pci'],
    ['https://lore.kernel.org/linux-pci/1-a@b.org/t.mbox.gz', 'linux-pci'],
    ['https://lore.kernel.org/linux-pci/1-a@b.org/raw', 'linux-pci'],
    ['https://lore.kernel.org/all/1-a@b.org/', 'all'],
    ['https://lore.kernel.org/r/1-a@b.org', null],
    ['http://lore.kernel.org/r/1-a@b.org', null],
    ['lore.kernel.org/all/1-a@b.org', 'all'],
  ])('%s is read', (link, list) => {
    expect(read(link)).toEqual(mail('1-a@b.org', list, link.startsWith('http:') ? 'http://lore.kernel.org' : LORE));
  });

  test.each([
    'https://lkml.kernel.org/r/1-a@b.org',
    'https://patch.msgid.link/1-a@b.org',
    'https://msgid.link/1-a%40b.org',
  ])('%s names a mail of any archive', (link) => expect(read(link)).toEqual(mail('1-a@b.org', null, null)));

  test('below a path of its server keeps the path', () => {
    expect(read('https://x.example/inbox/l/1@b/')).toEqual(mail('1@b', 'l', 'https://x.example/inbox'));
  });

  test.each([
    'https://x.example/l/',
    'https://x.example/l/new.atom',
    'https://x.example/l/0',
    'https://x.example/l/git/0.git',
  ])('%s without a mail names the list', (link) =>
    expect(read(link)).toEqual({ kind: 'list', inbox: 'https://x.example', list: 'l' }),
  );
});

test.each(['1-a@b.org', '<1-a@b.org>', '1-a%40b.org', 'id:1-a@b.org', '<a/b$(c)@d>'])('%s is a message-id', (text) => {
  expect(read(text)).toMatchObject({ kind: 'mail', inbox: null });
});

describe('patchwork', () => {
  const server = 'https://patchwork.kernel.org';
  test.each([
    `${server}/project/linux-pci/list/?series=984880`,
    `${server}/series/984880/mbox/`,
    `${server}/api/1.3/series/984880/`,
    'patchwork.kernel.org/project/linux-pci/list/?series=984880&state=*',
  ])('%s names a series', (link) => expect(read(link)).toEqual({ kind: 'patchwork-series', server, id: 984880 }));

  test.each([
    [`${server}/project/linux-pci/patch/1-a@b.org/`, 'patch', null],
    [`${server}/project/linux-pci/cover/1-a%40b.org/mbox/`, 'cover', null],
    [`${server}/patch/123/`, 'patch', 123],
    [`${server}/api/patches/123/`, 'patch', 123],
    [`${server}/api/1.2/covers/123/`, 'cover', 123],
  ])('%s names a mail', (link, part, id) => {
    expect(read(link)).toEqual({
      kind: 'patchwork-mail',
      server,
      part,
      id,
      messageId: id === null ? '1-a@b.org' : null,
    });
  });
});

test.each([
  'https://github.com/o/r/pull/12',
  'https://github.com/o/r/pull/12/files',
  'github.com/o/r/pull/12',
  'o/r#12',
])('%s is a pull request', (text) =>
  expect(read(text)).toEqual({ kind: 'github-pull', owner: 'o', repo: 'r', number: 12 }),
);

test.each([
  ['v1..v2', 'v1', 'v2'],
  ['HEAD~3..', 'HEAD~3', 'HEAD'],
  ['origin/master..topic/x', 'origin/master', 'topic/x'],
  ['v6.12..feature', 'v6.12', 'feature'],
])('%s is a range', (text, from, to) => expect(read(text)).toEqual({ kind: 'range', from, to }));

test.each(['../series', 'a/../b', './v1..v2', 'v1...v2', 'series.mbox', 'dir/', '--output=x..y', '/abs/x', '-x..y'])(
  '%s is a path',
  (path) => expect(read(path)).toEqual({ kind: 'path', path }),
);

test('a file that exists wins over every other reading', () => {
  for (const path of ['1@b', 'v1..v2', 'o/r#12']) expect(read(path, () => true)).toEqual({ kind: 'path', path });
});

test('- is standard input', () => expect(read('-')).toEqual({ kind: 'stdin' }));

test.each([
  'ftp://lore.kernel.org/x',
  'file:///etc/passwd',
  'https://user:secret@lore.kernel.org/r/1@b',
  'https://github.com/o/r',
  'https://',
  '',
])('%s is refused', (text) => expect(read(text)).toBe('source/address'));

describe('whatever is given', () => {
  test('is read or refused, and never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl({ withQueryParameters: true, withFragments: true })), (text) => {
        expect(() => parseAddress(text)).not.toThrow();
      }),
    );
  });

  test('a message-id leaves as one segment of harmless characters, and comes back', () => {
    const id = fc
      .tuple(fc.string({ unit: 'binary', minLength: 1 }), fc.string({ unit: 'binary', minLength: 1 }))
      .map(([a, b]) => asMessageId(`${a}@${b.replaceAll('@', '')}`))
      .filter((value): value is MessageId => value !== null);
    fc.assert(
      fc.property(id, (value) => {
        const path = messageIdPath(value);
        expect(path).toMatch(/^[A-Za-z0-9._~@+=%-]+$/);
        expect(new URL(`https://x.example/l/${path}/raw`).pathname).toBe(`/l/${path}/raw`);
        expect(messageIdOfSegment(path)).toBe(value);
      }),
    );
  });

  test.each([
    '../../etc/passwd@x',
    'a/../../b@x',
    '$(reboot)@x',
    '`id`;rm -rf@x'.replaceAll(' ', ''),
    '\'"&|@x',
    '?q=1#@x',
    '%2e%2e/@x',
  ])('the message-id %s is only ever one encoded segment', (text) => {
    const id = asMessageId(text)!;
    const url = new URL(`https://x.example/l/${messageIdPath(id)}/t.mbox.gz`);
    expect(url.pathname.split('/')).toHaveLength(4);
    expect(url.search + url.hash).toBe('');
    expect(url.href).toMatch(/^https:\/\/x\.example\/l\/[A-Za-z0-9._~@+=%-]+\/t\.mbox\.gz$/);
    expect(read(url.href)).toMatchObject({ messageId: text });
  });
});
