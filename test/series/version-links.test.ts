import { describe, expect, it } from 'vitest';
import { findVersionLinks, messageIdOfUrl } from '../../src/series/index.ts';

const links = (text: string) => findVersionLinks(text).map((l) => [l.version, l.messageId]);

describe('findVersionLinks', () => {
  it.each([
    ['Link: https://lore.kernel.org/linux-pci/1-a@b.c/ [v1]', 1],
    ['Link: https://lore.kernel.org/linux-pci/\n  1-a@b.c/ [v1]', 1],
    ['- Link to v2: https://lore.kernel.org/r/1-a@b.c', 2],
    ['v10: https://lore.kernel.org/all/1-a%40b.c/T/#u', 10],
    ['v3:\n  https://lore.kernel.org/lkml/1-a@b.c/', 3],
    ['[v4] https://patch.msgid.link/1-a@b.c', 4],
    ['V2: <1-a@b.c>', 2],
    ['RFC v1: https://lore.kernel.org/r/1-a@b.c', 1],
    ['v2 can be found at https://lore.kernel.org/r/1-a@b.c', 2],
    ['Previous version: https://lore.kernel.org/r/1-a@b.c', null],
    ['Supersedes: <1-a@b.c>', null],
    ['Supersedes: 1-a@b.c', null],
  ])('reads %s', (text, version) => expect(links(text)).toEqual([[version, '1-a@b.c']]));

  it('leaves links to other things alone', () => {
    expect(
      links(
        'Link: https://lore.kernel.org/r/1-a@b.c\nDepends on [1] v3 of https://lore.kernel.org/r/2@b.c (pending)\nCc: <a@b.c>',
      ),
    ).toEqual([]);
  });
});

describe('messageIdOfUrl', () => {
  it('knows no id in an ordinary address', () => {
    expect(messageIdOfUrl('https://lore.kernel.org/linux-pci/?q=x')).toBeNull();
  });
});
