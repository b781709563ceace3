import type { Context } from 'hono';
import {
  findingsOf,
  findReview,
  markSeen,
  reviewsOfLineage,
  type Store,
  type StoredReview,
  seenOf,
  suppress,
  suppressionsAt,
  transact,
  unsuppress,
} from '../../../store/index.ts';
import type { Host, WebEnv } from '../../part.ts';
import { sentForm } from '../account.ts';
import type { Viewer } from '../layout.tsx';
import { notFound, refused, troubled } from '../notices.tsx';
import type { Desk, Pages } from '../part.tsx';
import { Scrolled } from '../scrolled.tsx';
import { line } from '../words.ts';
import type { Ignored } from './findings-view.tsx';
import { SeriesPage, type SeriesView } from './series-page.tsx';

/** What pages of a series can have done beside changing rows: told by who puts the dashboard together. */
export interface SeriesDeeds {
  /** Has a version reviewed again; gives what to tell, or null when that is not possible for it. */
  readonly rerun: (store: Store, row: StoredReview['row'], by: string) => Promise<string | null>;
  /** Answers of the version as a mail, ready to send; null with the reason when there is nothing to say. */
  readonly draft: (review: StoredReview) => Promise<{ readonly text: string | null; readonly why: string }>;
  /** The mails of the version as they came, in their order. */
  readonly mails: (store: Store, review: StoredReview) => Promise<readonly { subject: string; text: string }[]>;
}

type At = { readonly review: StoredReview; readonly versions: readonly StoredReview['row'][] };

/** `/series/<lineage>/v/<version>` with its mails, its draft and what people can do with it. */
export function seriesPages(deedsOf: (host: Host) => SeriesDeeds): Pages {
  return (app, desk) => {
    const { store } = desk.host;
    const deeds = deedsOf(desk.host);
    app.get('/series/:lineage', async (c) => {
      const versions = await shown(c, desk);
      const last = versions.at(-1);
      if (last === undefined) return notFound(c, desk, 'There is no series with this number.');
      return c.redirect(`/series/${last.lineageId}/v/${last.version}`);
    });
    app.get('/series/:lineage/v/:version', async (c) => {
      const at = await versionAt(c, desk);
      if (at === null) return notFound(c, desk, 'There is no review of this version.');
      const view = await viewOf(store, at, await desk.viewer(c));
      const title = `v${at.review.row.version} ${line(at.review.row.title, 100)}`;
      return desk.page(c, { title, area: 'series' }, <SeriesPage view={view} />);
    });
    app.get('/series/:lineage/v/:version/mails', async (c) => {
      const at = await versionAt(c, desk);
      if (at === null) return notFound(c, desk, 'There is no review of this version.');
      const mails = await deeds.mails(store, at.review);
      const title = `Mails of v${at.review.row.version}`;
      return desk.page(c, { title, area: 'series' }, <Mails at={at} mails={mails} />);
    });
    app.get('/series/:lineage/v/:version/draft', async (c) => {
      const at = await versionAt(c, desk);
      if (at === null) return notFound(c, desk, 'There is no review of this version.');
      const draft = await deeds.draft(at.review);
      return desk.page(c, { title: 'Answer as a draft', area: 'series' }, <Draft at={at} draft={draft} />);
    });
    app.post('/series/:lineage/v/:version/:deed', (c) => act(c, desk, deeds));
  };
}

async function act(c: Context<WebEnv>, desk: Desk, deeds: SeriesDeeds): Promise<Response> {
  const { store } = desk.host;
  const at = await versionAt(c, desk);
  if (at === null) return notFound(c, desk, 'There is no review of this version.');
  const form = await sentForm(c, await desk.viewer(c));
  if (form === null) return refused(c, desk);
  const { row } = at.review;
  const { viewer, text } = form;
  const back = () => c.redirect(`/series/${row.lineageId}/v/${row.version}`, 303);
  const fingerprint = text('fingerprint').slice(0, 500);
  switch (c.req.param('deed')) {
    case 'seen':
    case 'unseen': {
      await markSeen(store, viewer.id, row.id, c.req.param('deed') === 'seen');
      return back();
    }
    case 'ignore': {
      const reason = text('reason').slice(0, 500);
      const known = (await findingsOf(store, row.id)).some((one) => one.fingerprint === fingerprint);
      if (reason === '' || !known)
        return troubled(c, desk, 400, 'A finding of this version and a reason are needed to ignore it.');
      const kept = await transact(store, (tx) =>
        suppress(tx, { place: row.place, fingerprint, reason, by: viewer.login, expiresAt: null }),
      );
      return kept.ok ? back() : troubled(c, desk, 503, kept.fault.what);
    }
    case 'unignore': {
      await unsuppress(store, row.place, fingerprint, viewer.login);
      return back();
    }
    case 'rerun': {
      const told = await deeds.rerun(store, row, viewer.login);
      return told === null
        ? troubled(c, desk, 409, 'The mails of this version are not kept any more, so it cannot be reviewed again.')
        : back();
    }
    default:
      return notFound(c, desk, 'There is no such action.');
  }
}

/** The versions of a series that whoever asks may see: repositories may be private, so their reviews need a login. */
async function shown(c: Context<WebEnv>, desk: Desk): Promise<StoredReview['row'][]> {
  const versions = await reviewsOfLineage(desk.host.store, numberOf(c.req.param('lineage')));
  if (versions.every(({ origin }) => origin === 'list')) return versions;
  return (await desk.viewer(c)) === null ? versions.filter(({ origin }) => origin === 'list') : versions;
}

/** The review of a version: of several the latest. */
async function versionAt(c: Context<WebEnv>, desk: Desk): Promise<At | null> {
  const { store } = desk.host;
  const versions = await shown(c, desk);
  const version = Number(c.req.param('version') ?? Number.NaN);
  const row = versions.findLast((one) => one.version === version);
  const review = row === undefined ? null : await findReview(store, 'id', row.id);
  return review === null ? null : { review, versions };
}

async function viewOf(
  store: Store,
  { review: { row, review }, versions }: At,
  viewer: Viewer | null,
): Promise<SeriesView> {
  const older = versions.findLast(({ version }) => version < row.version);
  const before = older === undefined ? null : await findReview(store, 'id', older.id);
  const ignored: Ignored[] = [...(await suppressionsAt(store, row.place)).values()];
  return {
    row,
    review,
    before: before?.review ?? null,
    // Of a version that was reviewed again the latest counts.
    versions: [...new Map(versions.map((one) => [one.version, one])).values()],
    standings: await findingsOf(store, row.id),
    ignored,
    viewer,
    seen: viewer !== null && (await seenOf(store, viewer.id, [row.id])).has(row.id),
  };
}

/** A number of the database; anything else is one that nothing has. */
function numberOf(text: string | undefined): number {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : -1;
}

const Back = ({ at: { review } }: { at: At }) => (
  <p>
    <a href={`/series/${review.row.lineageId}/v/${review.row.version}`}>
      v{review.row.version} {line(review.row.title)}
    </a>
  </p>
);

const Mails = ({ at, mails }: { at: At; mails: readonly { subject: string; text: string }[] }) => (
  <>
    <h1>Mails</h1>
    <Back at={at} />
    {mails.length === 0 ? (
      <p class="empty">The mails of this version are not kept any more.</p>
    ) : (
      mails.map(({ subject, text }, i) => (
        <details open={i === 0}>
          <summary dir="auto">{line(subject)}</summary>
          <Scrolled label={line(subject)}>
            <pre>{text}</pre>
          </Scrolled>
        </details>
      ))
    )}
  </>
);

const Draft = ({ at, draft }: { at: At; draft: { readonly text: string | null; readonly why: string } }) => (
  <>
    <h1>Answer as a draft</h1>
    <Back at={at} />
    <p>{draft.why}</p>
    {draft.text === null ? null : (
      <>
        <button type="button" data-copy="draft" hidden>
          Copy
        </button>
        <Scrolled label="Draft">
          <pre id="draft">{draft.text}</pre>
        </Scrolled>
      </>
    )}
  </>
);
