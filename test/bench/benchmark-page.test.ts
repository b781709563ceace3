import { expect, test } from 'vitest';

interface Page {
  withSection(page: string, name: string, text: string): string;
  causesIn(page: string): Map<string, string>;
  causeTable(head: string[], rows: string[][], causes: Map<string, string>): string;
}
const { withSection, causesIn, causeTable }: Page = await import(
  new URL('../../bench/benchmark-page.mjs', import.meta.url).href
);

test('a section is replaced between its markers and nothing else is touched', () => {
  const page = 'head\n<!-- a -->\nold\n<!-- /a -->\ntail\n';
  expect(withSection(page, 'a', 'new\n')).toBe('head\n<!-- a -->\n\nnew\n\n<!-- /a -->\ntail\n');
});

test('a section that the page does not have is an error', () => {
  expect(() => withSection('head\n', 'a', 'new')).toThrow('has no section a');
});

test('a cause written by hand stays with its row when the table is written again', () => {
  const page = causeTable(
    ['case', 'class'],
    [
      ['one', 'abba'],
      ['a|b', 'abba'],
    ],
    new Map(),
  );
  const edited = page.replace('| one | abba | not looked at yet |', '| one | abba | callback: the slot is unbound |');
  const again = causeTable(
    ['case', 'class'],
    [
      ['one', 'self-deadlock'],
      ['two', 'abba'],
    ],
    causesIn(edited),
  );
  expect(again).toContain('| one | self-deadlock | callback: the slot is unbound |');
  expect(again).toContain('| two | abba | not looked at yet |');
});

test('rows that hold a bar are found again', () => {
  const page = causeTable(['case'], [['a|b']], new Map()).replace('not looked at yet', 'why');
  expect(causeTable(['case'], [['a|b']], causesIn(page))).toContain('| a\\|b | why |');
});
