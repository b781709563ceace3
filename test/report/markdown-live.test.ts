import fc from 'fast-check';
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { expect, test } from 'vitest';
import { renderMarkdown } from '../../src/report/index.ts';
import { block, code, inert } from '../../src/report/markdown-escape.ts';
import { emptyReview, richReview } from './fixtures.ts';

// Judged by a real renderer of GitHub's flavour: whatever a mail says, its words come out as words.

/** HTML of a comment; dangerous HTML is let through, so that a test would see it. */
function html(markdown: string): string {
  return micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });
}

const tags = (text: string) => [...new Set([...text.matchAll(/<\/?([a-zA-Z!][a-z0-9]*)/g)].map((m) => m[1]))].sort();

// Characters that mean something somewhere in Markdown, far oftener than chance would have them.
const markup = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'\\`*_{}[]()<>#+-.!|~@:&;=\'"/ \n\t'),
      fc.constantFrom(
        'http://',
        'www.',
        'a@b.example',
        '&amp;',
        '&#64;',
        '<b>',
        '</details>',
        '<!--',
        '1. ',
        '2) ',
        '[x] ',
        '```',
        '~~~',
        '---',
        '^[',
        '[^1]',
      ),
      fc.stringMatching(/^[a-z0-9]{1,9}$/),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

test('inert prose is rendered as prose', () => {
  fc.assert(
    fc.property(markup, (text) => {
      expect(tags(html(`Note: ${inert(text)}`))).toEqual(['p']);
      expect(tags(html(`- ${inert(text)}`)).filter((tag) => !['li', 'ul'].includes(tag ?? ''))).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('a code span stays one code span', () => {
  fc.assert(
    fc.property(markup, (text) => {
      const out = html(`x ${code(text)} y`);
      expect(tags(out)).toEqual(['code', 'p']);
      expect(out.match(/<code>/g)).toHaveLength(1);
    }),
    { numRuns: 500 },
  );
});

test('a block stays one block', () => {
  fc.assert(
    fc.property(fc.array(markup), (lines) => {
      expect(tags(html(`${block(lines)}\n`))).toEqual(['code', 'pre']);
    }),
    { numRuns: 300 },
  );
});

test('a hostile review is rendered with the elements of an honest one', () => {
  const honest = tags(html(renderMarkdown(richReview)));
  fc.assert(
    fc.property(markup, (evil) => {
      const body = renderMarkdown({
        ...richReview,
        series: { ...richReview.series, title: evil, author: { name: evil, email: evil } },
        base: { ...richReview.base, revision: evil },
        findings: richReview.findings.map((f) => ({
          ...f,
          locks: [evil, evil],
          summary: evil,
          notes: [evil],
          answered: [{ messageId: evil, by: evil, quote: evil, verdict: null }],
          diagram: evil,
          paths: f.paths.map((p) => ({ ...p, holds: evil, waits: evil, condition: evil, assumptions: [evil] })),
        })),
        comparison: richReview.comparison && {
          ...richReview.comparison,
          patches: [{ from: 1, to: 1, status: 'changed', summary: evil }],
          claims: [{ text: evil, patch: null, verdict: 'contradicted', evidence: evil }],
          unmentioned: [evil],
          lockDelta: [evil],
          followUp: [
            {
              messageId: evil,
              by: evil,
              patch: 1,
              quoted: evil,
              comment: evil,
              outcome: 'changed',
              evidence: evil,
            },
          ],
          rangeDiff: evil,
        },
        coverage: { ...emptyReview.coverage, unparsed: [evil], boundsHit: [evil], notes: [evil] },
      });
      expect(tags(html(body)).filter((tag) => !honest.includes(tag))).toEqual([]);
    }),
    { numRuns: 200 },
  );
});

test('an honest review is rendered with headings, lists, code and foldable proofs only', () => {
  expect(tags(html(renderMarkdown(richReview)))).toEqual(
    ['code', 'details', 'h3', 'h4', 'li', 'p', 'pre', 'strong', 'summary', 'ul'].sort(),
  );
});

test.each([9000, 4000, 2500, 1200])(
  'within %i characters a comment is whole markup and says what is left out',
  (limit) => {
    const body = renderMarkdown(richReview, { limit, page: 'https://abbot.example.org/api/reviews/1f2e/report' });
    expect(body.length).toBeLessThanOrEqual(limit);
    const out = html(body);
    for (const tag of ['details', 'pre', 'ul', 'summary'])
      expect(out.split(`<${tag}>`).length, tag).toBe(out.split(`</${tag}>`).length);
    expect(body.includes('Left out for length')).toBe(limit < 6000);
  },
);
