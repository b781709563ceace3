import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSubject } from '../../src/series/index.ts';

describe('parseSubject', () => {
  it.each([
    ['[PATCH v11 2/2] PCI: fix', { title: 'PCI: fix', version: 11, index: 2, total: 2 }],
    [
      '[RFC PATCH net-next v2 03/12] x: y',
      { title: 'x: y', version: 2, index: 3, total: 12, tags: ['RFC', 'net-next'] },
    ],
    ['[PATCH1/8] x', { title: 'x', version: null, index: 1, total: 8 }],
    ['[PATCHv5] x', { title: 'x', version: 5, index: null }],
    ['[PATCHv6 2/6] x', { version: 6, index: 2, total: 6 }],
    ['[v7 PATCH 7/7] x', { version: 7, index: 7, total: 7 }],
    ['[PATCH v3 RESEND] x', { version: 3, tags: ['RESEND'] }],
    ['[PATCH RESEND v3 10/11] x', { version: 3, index: 10, tags: ['RESEND'] }],
    ['[PATCH 5.10.y 1/2] x', { version: null, index: 1, tags: ['5.10.y'] }],
    ['[PATCH 0/2 v5.10] x', { version: null, index: 0, tags: ['v5.10'] }],
    ['[PATCH 10/19 v6.1.y] x', { version: null, index: 10, tags: ['v6.1.y'] }],
    ['[PATCH AUTOSEL 6.19-6.6] x', { version: null, tags: ['AUTOSEL', '6.19-6.6'] }],
    ['[PATCH v10.1 05/15] x', { version: 10.1, index: 5 }],
    ['[patch V1.1 02/38] x', { version: 1.1, index: 2 }],
    ['[PATCH] 1/2 x', { title: 'x', index: 1, total: 2 }],
    ['[PATCH 1/2] v2: x', { title: 'x', version: 2 }],
    ['[PATCH] [v2] block: x', { title: 'block: x', version: 2 }],
    ['[PATCH 3/3] [v5 omap] x', { version: 5, index: 3, tags: ['omap'] }],
    ['[PATCH][next] x', { title: 'x', tags: ['next'] }],
    ['[PATCH V3 1/2] x', { version: 3 }],
    ['[PATCH v2, 2/4] x', { version: 2, index: 2 }],
    ['[PATCH 16/15] x', { index: 16, total: 15 }],
    ['[PATH v2] x', { tagged: true, version: 2 }],
    ['[v3 3/4] x', { tagged: false, numbered: true, version: 3, index: 3 }],
    ['[RFC v2] x', { tagged: false, version: 2, tags: ['RFC'] }],
    ['[Qemu-devel] [PATCH v4 0/2] x', { tagged: true, version: 4, index: 0, tags: ['Qemu-devel'] }],
  ])('reads %s', (subject, expected) => {
    expect(parseSubject(subject)).toMatchObject({ reply: false, pull: false, ...expected });
  });

  it.each(['Re: ', 'RE: ', 'AW: ', 'WG: ', '回复: ', '答复：', 'Fwd: ', 'Re: 回复: ', 'Re[2]: ', 'SV: AW: '])(
    'knows %s for a reply',
    (prefix) => {
      expect(parseSubject(`${prefix}[PATCH v2 1/3] x`)).toMatchObject({
        reply: true,
        title: 'x',
        version: 2,
        index: 1,
      });
    },
  );

  it('does not take a title that starts like a reply prefix for one', () => {
    expect(parseSubject('[PATCH] regulator: fix')).toMatchObject({ reply: false, title: 'regulator: fix' });
  });

  it('knows pull requests', () => {
    expect(parseSubject('[GIT PULL] PCI fixes').pull).toBe(true);
    expect(parseSubject('[PULL 03/15] qapi: x').pull).toBe(true);
  });

  it('keeps a subject that is nothing but tags', () => {
    expect(parseSubject('[PATCH]').title).toBe('[PATCH]');
  });

  it('reads any text in time that grows with its length', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('[', ']', 'v', '1', '/', ' ', ':', 'Re', 'PATCH', 'x'), maxLength: 300 }),
        (text) => {
          expect(parseSubject(text).title.length).toBeLessThanOrEqual(text.length);
        },
      ),
    );
    const start = performance.now();
    for (const unit of ['[PATCH ', 'Re: ', '1/', '[v1] ', ' ']) parseSubject(unit.repeat(50_000));
    expect(performance.now() - start).toBeLessThan(2000);
  });
});
