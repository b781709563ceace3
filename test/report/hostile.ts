import fc from 'fast-check';
import type { Review } from '../../src/review/index.ts';
import { emptyReview, richReview } from './fixtures.ts';

/** Text with characters that mean something somewhere (Markdown, HTML, mail, terminals), far oftener than by chance. */
export const hostile = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'\\`*_{}[]()<>#+-.!|~@:&;=\'"/ \n\t\r\u0000\u001b\u202e\u200b'),
      fc.constantFrom(
        'http://',
        'www.',
        'a@b.example',
        '&#64;',
        '<img src=x onerror=y>',
        '</details>',
        '<!--',
        '```',
        '---',
        '[^1]',
        'Fixes #1',
        '@everyone',
        '../../etc/passwd',
        '\nBcc: evil@example.org',
        '\r\n\r\n',
        '-- \n',
        'From ',
        '日本',
        'é',
      ),
      fc.stringMatching(/^[a-z0-9]{1,9}$/),
      fc.string({ unit: 'binary', maxLength: 4 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

/** A review all of whose text is the same hostile one. */
export function hostileReview(evil: string): Review {
  return {
    ...richReview,
    series: {
      ...richReview.series,
      title: evil,
      author: { name: evil, email: evil },
      patches: richReview.series.patches.map((p) => ({ ...p, title: evil, files: [evil, ...p.files] })),
    },
    base: { ...richReview.base, revision: evil },
    findings: richReview.findings.map((f) => ({
      ...f,
      fingerprint: evil,
      locks: [evil, evil],
      summary: evil,
      notes: [evil],
      answered: [{ messageId: evil, by: evil, quote: evil, verdict: null }],
      diagram: evil,
      quote: f.quote && { ...f.quote, file: evil, header: evil, lines: [` ${evil}`, `+${evil}`] },
      paths: f.paths.map((p) => ({
        ...p,
        holds: evil,
        waits: evil,
        condition: evil,
        assumptions: [evil],
        chain: p.chain.map((s) => ({ ...s, function: evil, file: evil, slot: s.slot === null ? null : evil })),
        acquire: p.acquire && { ...p.acquire, call: evil, file: evil },
        wait: p.wait && { ...p.wait, call: evil, file: evil },
      })),
    })),
    comparison: richReview.comparison && {
      ...richReview.comparison,
      patches: [{ from: 1, to: 1, status: 'changed', summary: evil }],
      claims: [{ text: evil, patch: null, verdict: 'contradicted', evidence: evil }],
      unmentioned: [evil],
      lockDelta: [evil],
      followUp: [
        { messageId: evil, by: evil, patch: 1, quoted: evil, comment: evil, outcome: 'changed', evidence: evil },
      ],
      rangeDiff: evil,
    },
    coverage: { ...emptyReview.coverage, unparsed: [evil], boundsHit: [evil], notes: [evil] },
  };
}
