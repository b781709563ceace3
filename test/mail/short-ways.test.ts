import fc from 'fast-check';
import PostalMime, { decodeWords } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { decodeHeader, readAddresses, readAnyAddresses, readPlainAddresses } from '../../src/mail/headers.ts';
import { undoTransferEncoding } from '../../src/mail/transfer-encoding.ts';

/** Values put together from the pieces that decide how an address list is read. */
const addressLists = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...[
          'a@b.c',
          '<a@b.c>',
          'Ada Love',
          '"Love, Ada"',
          '"a@b.c"',
          '(note)',
          'list:',
          ';',
          ',',
          ', ',
          ' ',
          '\t',
          '<',
          '>',
        ],
        ...['"', '\\', '@', '=?utf-8?q?Gr=C3=BC?=', '=?', 'x', '\u00e9', '\u00a0', '\u0001', 'a@b.c,', 'Ada <a@b.c>, '],
      ),
      fc.string({ maxLength: 3 }),
    ),
    { maxLength: 12 },
  )
  .map((pieces) => pieces.join(''));

async function byLibrary(body: Buffer, encoding: string): Promise<Buffer> {
  const head = `Content-Disposition: attachment\nContent-Type: application/octet-stream\nContent-Transfer-Encoding: ${encoding}\n\n`;
  const { attachments } = await PostalMime.parse(Buffer.concat([Buffer.from(head), body]));
  const content = attachments[0]?.content;
  return content === undefined || typeof content === 'string' ? Buffer.alloc(0) : Buffer.from(new Uint8Array(content));
}

describe('the short ways', () => {
  it('read any address list as the general reader does', () => {
    fc.assert(
      fc.property(addressLists, (value) => {
        expect(readAddresses(value)).toEqual(readAnyAddresses(value));
      }),
      { numRuns: 1000 },
    );
  });

  it('take plain addresses and leave the rest from the first other one', () => {
    const value = 'a@b.c, "Love, Ada" <ada@b.c>,Ada Love <ada@b.c> , Ada (note) <x@y>, z@z';
    expect(readPlainAddresses(value).people).toHaveLength(3);
    expect(value.slice(readPlainAddresses(value).end)).toBe('Ada (note) <x@y>, z@z');
  });

  it('read a list of 100,000 blanks or openings at once', () => {
    for (const piece of [' ', '"', 'a', '<', 'a@', '=?', '"a" '])
      expect(readPlainAddresses(piece.repeat(100_000)).people.length).toBeLessThan(2);
  });

  it('decode encoded words as the library does', () => {
    const pieces = fc.oneof(
      fc.constantFrom(
        '=?utf-8?q?Gr=C3?=',
        '=?utf-8?Q?=BC?=',
        '=?UTF-8?B?w7w=?=',
        '=?utf-8?b?w7',
        '?=',
        '=?',
        ' ',
        '\t',
        '?',
        '"',
      ),
      fc.string({ maxLength: 3 }),
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
        const text = parts.join('');
        expect(decodeHeader(text)).toBe(text.includes('=?') ? decodeWords(text) : text);
      }),
      { numRuns: 1000 },
    );
  });

  it.each(['quoted-printable', 'base64'])(
    'undo %s as the library does, or leave it to the library',
    async (encoding) => {
      const letters = fc.constantFrom(
        '=',
        '=3D',
        '=C3',
        '\n',
        '\r\n',
        ' ',
        'ab',
        'AbC9',
        '=\n',
        '==',
        '+/',
        '\t',
        '\xff',
      );
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(letters, { maxLength: 12 }), async (pieces) => {
          const body = Buffer.from(`${pieces.join('')}\n`, 'latin1');
          const own = undoTransferEncoding(body, encoding);
          if (own === null) return;
          taken++;
          expect(Buffer.from(own)).toEqual(await byLibrary(body, encoding));
        }),
        { numRuns: 500 },
      );
      expect(taken).toBeGreaterThan(20);
    },
  );
});
