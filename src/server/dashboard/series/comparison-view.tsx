import type { FC } from 'hono/jsx';
import type { Comparison } from '../../../review/index.ts';
import { Scrolled } from '../scrolled.tsx';
import { line } from '../words.ts';
import { type DiffLine, type DiffPair, readRangeDiff } from './diff-lines.ts';

const CLAIMS = {
  supported: ['supported', 'good'],
  contradicted: ['contradicted', 'bad'],
  'not-visible': ['not visible', 'calm'],
} as const;
const PATCHES = {
  unchanged: 'calm',
  rebased: 'calm',
  changed: 'warn',
  new: 'good',
  dropped: 'bad',
} as const;
const OUTCOMES = {
  changed: ['changed', 'good'],
  beside: ['beside it', 'calm'],
  unchanged: ['unchanged', 'warn'],
  gone: ['gone', 'good'],
  'taken-up': ['taken up', 'good'],
} as const;

/** What changed since the version before, what the author says of it, and what became of the reviewers' comments. */
export const ComparisonView: FC<{ comparison: Comparison | null }> = ({ comparison }) =>
  comparison === null ? (
    <section aria-labelledby="changes">
      <h2 id="changes">What changed</h2>
      <p>There is no earlier version at hand to compare with.</p>
    </section>
  ) : (
    <section aria-labelledby="changes">
      <h2 id="changes">
        What changed from v{comparison.from.version} to v{comparison.to.version}
      </h2>
      <Patches comparison={comparison} />
      <LockDelta lines={comparison.lockDelta} />
      <Claims comparison={comparison} />
      <FollowUp comparison={comparison} />
      <RangeDiffView text={comparison.rangeDiff} />
    </section>
  );

const Patches: FC<{ comparison: Comparison }> = ({ comparison: { patches } }) => (
  <ul class="chain">
    {patches.map(({ from, to, status, summary }) => (
      <li>
        <span class={`mark ${PATCHES[status]}`}>{status}</span> {from ?? '–'} → {to ?? '–'}{' '}
        {summary === status ? null : line(summary, 300)}
      </li>
    ))}
  </ul>
);

const LockDelta: FC<{ lines: readonly string[] }> = ({ lines }) =>
  lines.length === 0 ? (
    <p>No lock operation changed.</p>
  ) : (
    <>
      <h3>Lock operations</h3>
      <ul>
        {lines.map((text) => (
          <li>
            <code>{line(text, 500)}</code>
          </li>
        ))}
      </ul>
    </>
  );

const Claims: FC<{ comparison: Comparison }> = ({ comparison: { claims, unmentioned } }) => (
  <>
    <h3 id="claims">What the author says, and whether it is so</h3>
    {claims.length === 0 ? (
      <p>The changelog says nothing about this version.</p>
    ) : (
      <Scrolled label="Claims">
        <table aria-labelledby="claims">
          <thead>
            <tr>
              <th scope="col">Claim</th>
              <th scope="col">Verdict</th>
              <th scope="col">Evidence</th>
            </tr>
          </thead>
          <tbody>
            {claims.map(({ text, verdict, evidence }) => (
              <tr>
                <td dir="auto">{line(text, 1000)}</td>
                <td>
                  <span class={`mark ${CLAIMS[verdict][1]}`}>{CLAIMS[verdict][0]}</span>
                </td>
                <td dir="auto">{line(evidence, 600)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    )}
    {unmentioned.length === 0 ? null : (
      <>
        <h3>Changed and not mentioned</h3>
        <ul>
          {unmentioned.map((text) => (
            <li>{line(text, 400)}</li>
          ))}
        </ul>
      </>
    )}
  </>
);

const FollowUp: FC<{ comparison: Comparison }> = ({ comparison: { followUp } }) =>
  followUp.length === 0 ? null : (
    <>
      <h3 id="follow-up">What became of the comments on the older version</h3>
      <Scrolled label="Comments">
        <table aria-labelledby="follow-up">
          <thead>
            <tr>
              <th scope="col">Comment</th>
              <th scope="col">The code</th>
              <th scope="col">Evidence</th>
            </tr>
          </thead>
          <tbody>
            {followUp.map(({ by, quoted, comment, outcome, evidence }) => (
              <tr>
                <td dir="auto">
                  {line(by, 100)}: {line(comment, 500)}
                  {quoted === '' ? null : (
                    <div>
                      <code>{line(quoted, 200)}</code>
                    </div>
                  )}
                </td>
                <td>
                  <span class={`mark ${OUTCOMES[outcome][1]}`}>{OUTCOMES[outcome][0]}</span>
                </td>
                <td dir="auto">{line(evidence, 400)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    </>
  );

/** The range-diff, each pair of patches folded when it did not change; the outer mark is an edge, the inner one the colour. */
export const RangeDiffView: FC<{ text: string }> = ({ text }) => (
  <>
    <h3 id="range-diff">Range-diff</h3>
    {readRangeDiff(text).map((pair) => (
      <PairView pair={pair} />
    ))}
    <details>
      <summary>As text</summary>
      <Scrolled label="Range-diff as text">
        <pre id="range-diff-text">{text}</pre>
      </Scrolled>
      <button type="button" data-copy="range-diff-text" hidden>
        Copy
      </button>
    </details>
  </>
);

const PairView: FC<{ pair: DiffPair }> = ({ pair }) =>
  pair.lines.length === 0 ? (
    <p class="mono">{line(pair.head, 200)}</p>
  ) : (
    <details open={pair.lines.length <= 400}>
      <summary class="mono">{line(pair.head, 200)}</summary>
      <Scrolled label={line(pair.head, 200)}>
        <pre class="diff">
          {pair.lines.map((one) => (
            <span class={classOf(one)}>{one.text}</span>
          ))}
        </pre>
      </Scrolled>
    </details>
  );

function classOf({ kind, outer, inner }: DiffLine): string | undefined {
  if (kind === 'hunk') return 'hunk';
  const names = [inner ?? (outer === null ? null : outer), outer === null ? null : `both-${outer}`];
  const text = names.filter((name) => name !== null).join(' ');
  return text === '' ? undefined : text;
}
