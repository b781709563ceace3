import type { FC } from 'hono/jsx';
import type { AreaSearch, AtlasState, LockGraph } from '../../../review/index.ts';
import { Scrolled } from '../scrolled.tsx';
import { line } from '../words.ts';
import { classAddress, graphAddress, pairAddress } from './addresses.ts';
import { EDGE_WORDS, type EdgeVerdict, type JudgedEdge } from './edge-verdicts.ts';
import { GraphDrawing } from './graph-drawing.tsx';
import type { Placed } from './graph-layout.ts';
import { Site, TreeLine } from './standing.tsx';

/** Parts of the tree to choose from. */
export interface AreasView {
  readonly q: string;
  readonly found: AreaSearch;
  readonly state: AtlasState;
}

/** The subsystems and folders that take locks, those with the most orders first. */
export const AreasPage: FC<{ view: AreasView }> = ({ view: { q, found, state } }) => (
  <>
    <p>
      <a href="/locks">Locks</a>
    </p>
    <h1>Lock orders of a subsystem</h1>
    <search>
      <form
        class="filters"
        method="get"
        action="/locks/graph"
        hx-get="/locks/graph"
        hx-trigger="input delay:250ms, submit"
        hx-target="#rows"
        hx-select="#rows"
        hx-swap="outerHTML"
        hx-push-url="true"
      >
        <label class="search">
          Search subsystems and folders
          <input type="search" name="q" value={q} maxlength={200} data-search autocomplete="off" />
        </label>
        <button type="submit">Search</button>
      </form>
    </search>
    <section id="rows" aria-label="Subsystems and folders">
      <p class="count" role="status">
        {found.total.toLocaleString('en')} with locks
        {found.total > found.rows.length ? `, the first ${found.rows.length} of them` : ''}
      </p>
      {found.rows.length === 0 ? (
        <div class="empty">
          <p>
            Nothing with locks is called so. <a href="/locks/graph">Show all.</a>
          </p>
        </div>
      ) : (
        <ol class="rows">
          {found.rows.map((row) => (
            <li>
              <a class="row lock" href={graphAddress(row.name)}>
                <span class="what">
                  {line(row.name, 200)}
                  {row.kind === 'folder' ? '/' : ''}
                </span>{' '}
                <span class="about">
                  {row.kind} · {row.orders.toLocaleString('en')} orders in single functions ·{' '}
                  {row.takes.toLocaleString('en')} {row.takes === 1 ? 'place takes' : 'places take'} a lock
                </span>
              </a>
            </li>
          ))}
        </ol>
      )}
    </section>
    <TreeLine state={state} />
  </>
);

/** The orders of one part of the tree; `placed` is null when they could not be drawn. */
export interface GraphView {
  readonly graph: LockGraph;
  readonly edges: readonly JudgedEdge[];
  readonly placed: Placed | null;
  readonly state: AtlasState;
}

const TONES: Readonly<Record<EdgeVerdict, string>> = { one: 'good', both: 'warn', reported: 'bad' };

/** The orders of a part of the tree, as a picture and as a table. */
export const GraphPage: FC<{ view: GraphView }> = ({ view: { graph, edges, placed, state } }) => (
  <>
    <p>
      <a href="/locks">Locks</a> · <a href="/locks/graph">Subsystems</a>
    </p>
    <h1>
      {line(graph.area.name, 200)}
      {graph.area.kind === 'folder' ? '/' : ''}
    </h1>
    <p class="count">
      {edges.length.toLocaleString('en')} {edges.length === 1 ? 'order' : 'orders'} of {graph.nodes.length} lock classes
      in {graph.files.toLocaleString('en')} {graph.files === 1 ? 'file' : 'files'}
      {graph.leftOut > 0 ? `; ${graph.leftOut.toLocaleString('en')} orders that are used less are left out` : ''}
      {graph.notFollowed > 0
        ? `; calls were not followed for ${graph.notFollowed.toLocaleString('en')} classes that are taken less often`
        : ''}
    </p>
    {edges.length === 0 ? (
      <div class="empty">
        <p>No lock is taken here while another one of these files is held.</p>
      </div>
    ) : (
      <>
        <ul class="legend">
          {(['one', 'both', 'reported'] as const).map((verdict) => (
            <li>
              <span class={`mark ${TONES[verdict]}`}>{EDGE_WORDS[verdict]}</span>
            </li>
          ))}
          <li>dashed: through calls</li>
        </ul>
        {placed === null ? (
          <p class="notice">The picture could not be drawn; the table has all of it.</p>
        ) : (
          <GraphDrawing graph={graph} edges={edges} placed={placed} />
        )}
        <EdgeTable nodes={graph.nodes} edges={edges} />
      </>
    )}
    <TreeLine state={state} />
  </>
);

const EdgeTable: FC<{ nodes: readonly string[]; edges: readonly JudgedEdge[] }> = ({ nodes, edges }) => (
  <Scrolled label="Orders">
    <table>
      <caption>The same orders, those with the most places first</caption>
      <thead>
        <tr>
          <th scope="col">Held</th>
          <th scope="col">Then taken</th>
          <th scope="col">Places</th>
          <th scope="col">Seen</th>
          <th scope="col">First place</th>
        </tr>
      </thead>
      <tbody>
        {edges.map(({ edge, verdict, review }) => {
          const [held, taken] = [nodes[edge.held] ?? '', nodes[edge.taken] ?? ''];
          return (
            <tr>
              <td>
                <a href={classAddress(held)}>
                  <code>{line(held, 200)}</code>
                </a>
              </td>
              <td>
                <a href={classAddress(taken)}>
                  <code>{line(taken, 200)}</code>
                </a>
              </td>
              <td>
                {edge.calls > 0
                  ? `${edge.calls} ${edge.calls === 1 ? 'call' : 'calls'} apart`
                  : `${edge.sites} in ${edge.files} ${edge.files === 1 ? 'file' : 'files'}`}
              </td>
              <td>
                <a href={pairAddress(held, taken)}>
                  <span class={`mark ${TONES[verdict]}`}>{EDGE_WORDS[verdict]}</span>
                </a>
                {review === null ? null : (
                  <>
                    {' '}
                    <a href={`/series/${review.lineageId}/v/${review.version}`}>the review</a>
                  </>
                )}
              </td>
              <td>
                <Site site={edge.first} />
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  </Scrolled>
);
