import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderMarkdown } from '../../src/report/index.ts';
import { block, code, inert } from '../../src/report/markdown-escape.ts';
import { richReview } from './fixtures.ts';

test.each([
  ['a mention', 'cc @torvalds', /@\w/],
  ['a team mention', 'cc @linux/locking', /@\w/],
  ['an issue reference', 'see #12 and org/repo#7', /#\w/],
  ['a GH- reference', 'see GH-12', /GH-|GH\\-/],
  ['a closing keyword', 'Fixes: #1, closes #2', /#\d/],
  ['a link', 'https://evil.example/ and ftp://x', /:\/\//],
  ['a bare domain', 'www.evil.example', /www\./],
  ['a bare domain behind an underscore', '_www.evil.example', /www\./],
  ['a Markdown link', '[click](javascript:alert(1))', /[^\\]\(/],
  ['an image', '![x](y)', /[^\\]\[/],
  ['HTML', '<img src=x onerror=y> <!-- -->', /<|>/],
  ['an entity', '&#64;you', /&#/],
  ['an emoji code', ':octocat:', /:\w/],
  ['a commit reference', 'since deadbeefdeadbeef', /[0-9a-f]{7}/],
  ['emphasis', '*a* _b_ ~~c~~', /(^|[^\\])[*_~]/],
  ['a list', '- item', /^-/],
  ['a numbered list', '1. item', /^1\./],
  ['a heading', '# big', /^#/],
])('%s does not come alive', (_name, text, live) => {
  expect(inert(text)).not.toMatch(live);
});

test('a code span holds backticks', () => {
  expect(code('a `b`` c')).toBe('```a `b`` c```');
});

test('a block cannot be closed from inside', () => {
  expect(block(['```', '<script>'])).toBe('````text\n```\n<script>\n````');
});

test('a hostile series has no live text in the comment', () => {
  const evil = '`@you` <b> [x](http://e.example) ![i](j) fixes #1 \u202e';
  const body = renderMarkdown({
    ...richReview,
    series: { ...richReview.series, title: evil, author: { name: evil, email: evil } },
    findings: richReview.findings.map((f) => ({
      ...f,
      summary: evil,
      notes: [evil],
      locks: [evil, evil],
      answered: [],
    })),
    coverage: { ...richReview.coverage, notes: [evil] },
  });
  // What is left after code is taken out: blocks, then spans of two or more backticks.
  const prose = body.replace(/```+text[\s\S]*?\n```+/g, '').replace(/(`+)(?!`)[\s\S]*?[^`]\1(?!`)/g, '');
  expect(prose).not.toMatch(/@\w|<b>|#\d|:\/\/|!\[|\]\(|\u202e/);
});

test('whatever the text, it stays one line without a live character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(inert(text)).not.toMatch(/[\n<>]|@\w|#\w|:\/\//);
      expect(code(text)).not.toMatch(/\n/);
    }),
  );
});
