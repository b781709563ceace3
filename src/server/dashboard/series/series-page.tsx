import type { FC } from 'hono/jsx';
import type { Fault } from '../../../outcome/index.ts';
import type { Review } from '../../../review/index.ts';
import type { StoredReview } from '../../../store/index.ts';
import { inboxAddress } from '../inbox-query.ts';
import { Csrf, type Viewer } from '../layout.tsx';
import { day, line, placeName, verdictWords } from '../words.ts';
import { ComparisonView } from './comparison-view.tsx';
import { ApplyLog, CoverageView } from './coverage-view.tsx';
import { FindingsView, type Ignored, type Standing } from './findings-view.tsx';
import { tagsMatrix } from './tags-matrix.ts';
import { TagsTable } from './tags-table.tsx';

/** One version of a series, with all that is known of it. */
export interface SeriesView {
  readonly row: StoredReview['row'];
  readonly review: Review | null;
  /** The review of the version before, when there is one. */
  readonly before: Review | null;
  /** The reviews of all versions, oldest first. */
  readonly versions: readonly StoredReview['row'][];
  readonly standings: readonly Standing[];
  readonly ignored: readonly Ignored[];
  readonly viewer: Viewer | null;
  readonly seen: boolean;
}

/** The page of a version: what to know first comes first, everything else folds or stands below. */
export const SeriesPage: FC<{ view: SeriesView }> = ({ view }) => {
  const { row, review, before, viewer } = view;
  const here = `/series/${row.lineageId}/v/${row.version}`;
  const [verdict, tone] = verdictWords(row.verdict);
  return (
    <>
      <p>
        <span class={`mark ${tone}`}>{verdict}</span> v{row.version}
        {review === null || review.series.complete ? null : ' · incomplete'}
      </p>
      <h1 dir="auto">{line(row.title, 400)}</h1>
      <dl class="facts">
        <div>
          <dt>by</dt>
          <dd>
            <a href={inboxAddress({ author: row.authorEmail })}>{line(row.authorName || row.authorEmail, 100)}</a>
          </dd>
        </div>
        <div>
          <dt>{row.origin === 'list' ? 'on' : 'in'}</dt>
          <dd>
            <a href={inboxAddress({ list: row.place })}>{line(placeName(row.place), 100)}</a>
          </dd>
        </div>
        <div>
          <dt>sent</dt>
          <dd>
            <time datetime={row.sentAt.toISOString()}>{day(row.sentAt)}</time>
          </dd>
        </div>
        {row.subsystems.slice(0, 3).map((name) => (
          <div>
            <dt>subsystem</dt>
            <dd>
              <a href={inboxAddress({ subsystem: name })}>{line(name, 80)}</a>
            </dd>
          </div>
        ))}
      </dl>
      <Timeline view={view} />
      <Actions view={view} here={here} />
      {review === null ? (
        <NotAnalysed fault={row.fault as Fault | null} />
      ) : (
        <>
          <FindingsView review={review} standings={view.standings} ignored={view.ignored} viewer={viewer} here={here} />
          <ComparisonView comparison={review.comparison} />
          <TagsTable matrix={tagsMatrix(review, before)} />
          <ApplyLog review={review} />
          <CoverageView review={review} />
          <section aria-labelledby="mails">
            <h2 id="mails">Mails</h2>
            <p>
              <a href={`${here}/mails`}>The mails of this version as they were sent</a> ·{' '}
              <a href={`${here}/draft`}>Answer as a draft</a> · <a href={`/api/reviews/${row.id}`}>JSON</a>
            </p>
          </section>
        </>
      )}
    </>
  );
};

/** The versions in their order: those that were reviewed are links, the others are said to be there. */
const Timeline: FC<{ view: SeriesView }> = ({ view: { row, review, versions } }) => {
  const reviewed = new Map(versions.map((one) => [one.version, one]));
  const known = new Map(review?.lineage.versions.map((one) => [one.version, one]) ?? []);
  const numbers = [...new Set([...reviewed.keys(), ...known.keys()])].sort((a, b) => a - b);
  return (
    <nav aria-label="Versions">
      <ol class="timeline">
        {numbers.map((number) => {
          const one = reviewed.get(number);
          const when = day(one?.sentAt ?? known.get(number)?.date ?? null);
          return (
            <li>
              {one === undefined ? (
                <span class="absent" title="not reviewed">
                  v{number}
                  <small>{when}</small>
                </span>
              ) : (
                <a
                  href={`/series/${one.lineageId}/v/${number}`}
                  aria-current={number === row.version ? 'page' : undefined}
                >
                  v{number} · {verdictWords(one.verdict)[0]}
                  <small>{when}</small>
                </a>
              )}
            </li>
          );
        })}
      </ol>
    </nav>
  );
};

const Actions: FC<{ view: SeriesView; here: string }> = ({ view: { viewer, seen }, here }) =>
  viewer === null ? null : (
    <div class="actions">
      <form method="post" action={`${here}/${seen ? 'unseen' : 'seen'}`}>
        <Csrf viewer={viewer} />
        <button type="submit">{seen ? 'Mark as unread' : 'Mark as read'}</button>
      </form>
      <form method="post" action={`${here}/rerun`}>
        <Csrf viewer={viewer} />
        <button type="submit">Review again</button>
      </form>
    </div>
  );

const NotAnalysed: FC<{ fault: Fault | null }> = ({ fault }) => (
  <div class="notice bad" role="status">
    <h2>This version could not be analysed</h2>
    <p>
      {line(fault?.what ?? 'no reason is known', 500)}
      {fault?.why ? `: ${line(fault.why, 500)}` : ''}
    </p>
    {fault?.hint ? <p>{line(fault.hint, 500)}</p> : null}
  </div>
);
