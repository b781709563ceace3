import type { FC } from 'hono/jsx';
import type { Finding, Review, WitnessPath } from '../../../review/index.ts';
import { Csrf, type Viewer } from '../layout.tsx';
import { Scrolled } from '../scrolled.tsx';
import { line, stateWords, verdictWords } from '../words.ts';
import { CpuLanes } from './cpu-lanes.tsx';

/** Where a finding stands among the versions, as the database follows it. */
export interface Standing {
  readonly fingerprint: string;
  readonly kind: string;
  readonly verdict: string;
  readonly state: string | null;
  readonly since: number | null;
  readonly summary: string;
  readonly locks: readonly string[];
  /** False for one that only an older version had. */
  readonly listed: boolean;
}

/** Why a finding is not reported in a place. */
export interface Ignored {
  readonly fingerprint: string;
  readonly reason: string;
  readonly by: string;
}

/** The findings of a version: those of the review with their proofs, then what earlier versions had. */
export const FindingsView: FC<{
  review: Review;
  standings: readonly Standing[];
  ignored: readonly Ignored[];
  viewer: Viewer | null;
  /** Address of this version. */
  here: string;
}> = ({ review, standings, ignored, viewer, here }) => {
  const gone = standings.filter((one) => !one.listed && one.state === 'fixed');
  const { unlisted } = review;
  return (
    <section aria-labelledby="findings">
      <h2 id="findings">Findings</h2>
      {review.findings.length === 0 && gone.length === 0 ? (
        <p>Nothing is charged against this version. What could not be seen stands below under Coverage.</p>
      ) : null}
      {review.findings.map((finding) => (
        <FindingView
          finding={finding}
          standing={standings.find((one) => one.fingerprint === finding.fingerprint) ?? null}
          ignored={ignored.find((one) => one.fingerprint === finding.fingerprint) ?? null}
          viewer={viewer}
          here={here}
        />
      ))}
      {gone.map((one) => (
        <article class="finding good">
          <p>
            <span class="mark good">{stateWords(one.state, one.since)}</span> {one.kind}
          </p>
          <h3>{line(one.locks.join(' ⇄ '))}</h3>
          <p dir="auto">{line(one.summary, 500)}</p>
        </article>
      ))}
      <p class="count">
        Not listed: {unlisted.preExisting} that stood there before, {unlisted.gated} gated, {unlisted.belowThreshold}{' '}
        below the threshold of confidence, {unlisted.suppressed} suppressed.
      </p>
    </section>
  );
};

const FindingView: FC<{
  finding: Finding;
  standing: Standing | null;
  ignored: Ignored | null;
  viewer: Viewer | null;
  here: string;
}> = ({ finding, standing, ignored, viewer, here }) => {
  const [verdict, tone] = verdictWords(finding.verdict);
  const id = anchor(finding.fingerprint);
  const state = standing === null ? null : stateWords(standing.state, standing.since);
  return (
    <article class={`finding ${tone}`} id={id}>
      <p>
        <span class={`mark ${tone}`}>{verdict}</span> {finding.kind}
        {finding.introducedBy === null ? null : ` · by patch ${finding.introducedBy}`}
        {finding.fixedBy === null ? null : ` · fixed by patch ${finding.fixedBy}`}
        {state === null ? null : ` · ${state}`} · confidence {finding.confidence.toFixed(2)}
      </p>
      <h3>
        {finding.locks.map((name, i) => (
          <>
            {i === 0 ? null : ' ⇄ '}
            <a href={`/locks/class/${encodeURIComponent(name)}`}>{line(name, 120)}</a>
          </>
        ))}
      </h3>
      <p dir="auto">{line(finding.summary, 1000)}</p>
      {finding.answered.map((answer) => (
        <blockquote class="quote" dir="auto">
          {line(answer.by, 100)}: {line(answer.quote, 600)} {answer.verdict === null ? null : <b>({answer.verdict})</b>}
        </blockquote>
      ))}
      <Scrolled label="Diagram">
        <CpuLanes finding={finding} />
      </Scrolled>
      {finding.diagram === '' ? null : (
        <details>
          <summary>As text</summary>
          <Scrolled label="Diagram as text">
            <pre id={`${id}-text`}>{finding.diagram}</pre>
          </Scrolled>
          <button type="button" data-copy={`${id}-text`} hidden>
            Copy
          </button>
        </details>
      )}
      <details>
        <summary>
          {finding.paths.length} {finding.paths.length === 1 ? 'path' : 'paths'} of the proof, call by call
        </summary>
        {finding.paths.map((path) => (
          <PathView path={path} />
        ))}
      </details>
      {finding.locks.length > 1 ? (
        <p>
          <a
            href={`/locks/pair?a=${encodeURIComponent(finding.locks[0] ?? '')}&b=${encodeURIComponent(finding.locks[1] ?? '')}`}
          >
            Every path of this pair
          </a>{' '}
          {countWords(finding)}
        </p>
      ) : null}
      {finding.notes.map((note) => (
        <p class="count">{line(note, 600)}</p>
      ))}
      <Ignore finding={finding} ignored={ignored} viewer={viewer} here={here} />
    </article>
  );
};

function countWords({ statistics: { forward, reverse } }: Finding): string {
  return forward.sites + reverse.sites === 0
    ? ''
    : `(${forward.sites} places take them in one order, ${reverse.sites} in the other)`;
}

const Ignore: FC<{ finding: Finding; ignored: Ignored | null; viewer: Viewer | null; here: string }> = ({
  finding,
  ignored,
  viewer,
  here,
}) => {
  if (ignored !== null)
    return (
      <form class="actions" method="post" action={`${here}/unignore`}>
        <p>
          Ignored by {line(ignored.by, 80)}: {line(ignored.reason, 300)}
        </p>
        {viewer === null ? null : (
          <>
            <Csrf viewer={viewer} />
            <input type="hidden" name="fingerprint" value={finding.fingerprint} />
            <button type="submit">Report it again</button>
          </>
        )}
      </form>
    );
  return viewer === null ? null : (
    <details>
      <summary>Ignore this finding</summary>
      <form class="actions" method="post" action={`${here}/ignore`}>
        <Csrf viewer={viewer} />
        <input type="hidden" name="fingerprint" value={finding.fingerprint} />
        <label>
          Because
          <input name="reason" required maxlength={500} size={50} />
        </label>
        <button type="submit">Ignore</button>
      </form>
    </details>
  );
};

/** One half of a proof, like a backtrace read from the outside in; each step leads to its line. */
export const PathView: FC<{ path: WitnessPath }> = ({ path }) => (
  <div>
    <p>
      holds <b>{line(path.holds, 120)}</b>, waits for <b>{line(path.waits, 120)}</b>
      {path.condition === null ? null : ` (${line(path.condition, 200)})`}
    </p>
    <ol class="chain">
      {path.chain.map((step) => (
        <li>
          <a href={sourceAddress(step.file, step.line)}>
            <code>{line(step.function, 120)}()</code>
          </a>{' '}
          <span class="slot">
            {line(step.file, 200)}:{step.line}
            {step.slot === null ? null : ` through ${line(step.slot, 120)}`}
          </span>
        </li>
      ))}
    </ol>
    {path.assumptions.length === 0 ? null : (
      <ul>
        {path.assumptions.map((text) => (
          <li class="slot">{line(text, 400)}</li>
        ))}
      </ul>
    )}
  </div>
);

/** The page that shows a line of the tree. */
export function sourceAddress(file: string, at: number): string {
  return `/source?file=${encodeURIComponent(file)}&line=${at}`;
}

function anchor(fingerprint: string): string {
  return `f-${fingerprint.replace(/[^A-Za-z0-9]/g, '-').slice(0, 80)}`;
}
