import type { FC } from 'hono/jsx';
import type { StoredReview } from '../../store/index.ts';
import { type InboxQuery, inboxAddress } from './inbox-query.ts';
import { day, line, placeName, VERDICT_NAMES, verdictWords } from './words.ts';

/** One row of the inbox. */
export interface InboxRow {
  readonly review: StoredReview['row'];
  readonly unread: boolean;
}

/** What the inbox shows. */
export interface InboxView {
  readonly query: InboxQuery;
  readonly rows: readonly InboxRow[];
  readonly next: InboxQuery['after'];
  /** Series in this view; null when they are too many to be counted quickly. */
  readonly total: { readonly count: number; readonly more: boolean };
  readonly lists: readonly string[];
  readonly subsystems: readonly string[];
  /** Whether somebody is logged in, for whom there is read and unread. */
  readonly known: boolean;
}

/** The inbox: filters and rows. The filters are a form that works by itself; htmx sends it while somebody types. */
export const InboxPage: FC<{ view: InboxView }> = ({ view }) => (
  <>
    <h1>Inbox</h1>
    <search>
      <Filters view={view} />
    </search>
    <div hx-sse:connect="/events" class="live" />
    <InboxRows view={view} />
  </>
);

const Filters: FC<{ view: InboxView }> = ({ view: { query, lists, subsystems, known } }) => (
  <form
    class="filters"
    method="get"
    action="/"
    hx-get="/"
    hx-trigger="input delay:250ms, change, submit"
    hx-target="#rows"
    hx-select="#rows"
    hx-swap="outerHTML"
    hx-push-url="true"
  >
    <label class="search">
      Search title or author
      <input type="search" name="q" value={query.q} data-search autocomplete="off" />
    </label>
    <Choice name="list" label="List" value={query.list} of={lists} shown={placeName} />
    <Choice name="subsystem" label="Subsystem" value={query.subsystem} of={subsystems} />
    <Choice
      name="verdict"
      label="Verdict"
      value={query.verdict}
      of={VERDICT_NAMES}
      shown={(name) => verdictWords(name)[0]}
    />
    {query.author === '' ? null : <input type="hidden" name="author" value={query.author} />}
    {known ? (
      <label class="check">
        <input type="checkbox" name="unread" value="1" checked={query.unread} /> Unread only
      </label>
    ) : null}
    <button type="submit">Show</button>
  </form>
);

const Choice: FC<{
  name: string;
  label: string;
  value: string;
  of: readonly string[];
  shown?: (value: string) => string;
}> = ({ name, label, value, of, shown = (text) => text }) => (
  <label>
    {label}
    <select name={name}>
      <option value="">all</option>
      {(value === '' || of.includes(value) ? of : [value, ...of]).map((one) => (
        <option value={one} selected={one === value}>
          {line(shown(one), 60)}
        </option>
      ))}
    </select>
  </label>
);

/** The rows alone; what htmx puts in place of the old ones. */
export const InboxRows: FC<{ view: InboxView }> = ({ view }) => {
  const { query, rows, next, total } = view;
  return (
    <section
      id="rows"
      aria-label="Series"
      hx-get={inboxAddress(query)}
      hx-trigger="reviews from:body"
      hx-select="#rows"
      hx-swap="outerHTML"
    >
      <p class="count" role="status">
        {countWords(total)}
        {query.author === '' ? null : (
          <>
            {' '}
            by {line(query.author, 80)} (<a href={inboxAddress({ ...query, author: '', after: null })}>by anyone</a>)
          </>
        )}
      </p>
      {rows.length === 0 ? <Nothing query={query} /> : null}
      {rows.length === 0 ? null : (
        <ol class="rows">
          {rows.map((row) => (
            <Row row={row} />
          ))}
        </ol>
      )}
      {query.after || next ? (
        <nav class="pager" aria-label="Pages">
          {query.after ? <a href={inboxAddress({ ...query, after: null })}>Newest</a> : null}
          {next ? (
            <a rel="next" href={inboxAddress({ ...query, after: next })}>
              Older
            </a>
          ) : null}
        </nav>
      ) : null}
    </section>
  );
};

function countWords({ count, more }: InboxView['total']): string {
  return `${more ? 'more than ' : ''}${count.toLocaleString('en')} ${count === 1 && !more ? 'review' : 'reviews'}`;
}

const Row: FC<{ row: InboxRow }> = ({ row: { review, unread } }) => {
  const [verdict, tone] = verdictWords(review.verdict);
  const subsystem = review.subsystems[0];
  return (
    <li class={unread ? 'unread' : undefined}>
      <a class="row" href={`/series/${review.lineageId}/v/${review.version}`}>
        <span class={`mark ${tone}`}>{verdict}</span>
        <span class="what" dir="auto">
          {line(review.title)}
          {unread ? <span class="hidden"> (unread)</span> : null}
        </span>
        <time class="when" datetime={review.sentAt.toISOString()}>
          {day(review.sentAt)}
        </time>
        <span class="about" dir="auto">
          v{review.version} · {line(review.authorName || review.authorEmail, 80)} · {line(placeName(review.place), 60)}
          {subsystem === undefined ? null : ` · ${line(subsystem, 60)}`}
        </span>
      </a>
    </li>
  );
};

const Nothing: FC<{ query: InboxQuery }> = ({ query }) =>
  inboxAddress(query) === '/' ? (
    <div class="empty">
      <p>No series has been reviewed yet.</p>
      <p>
        Watch a list with <code>abbot watch add https://lore.kernel.org/linux-pci/</code>, or see{' '}
        <a href="/health">whether the watchers are well</a>.
      </p>
    </div>
  ) : (
    <div class="empty">
      <p>
        Nothing matches. <a href="/">Show all series.</a>
      </p>
    </div>
  );
