import type { FC } from 'hono/jsx';
import type { AtlasState, ClassSearch } from '../../../review/index.ts';
import { line } from '../words.ts';
import { classAddress } from './addresses.ts';
import { TreeLine } from './standing.tsx';

/** What the search of lock classes shows. */
export interface SearchView {
  readonly q: string;
  readonly found: ClassSearch;
  readonly state: AtlasState;
}

/** Lock classes by parts of their names; htmx sends the form while somebody types. */
export const SearchPage: FC<{ view: SearchView }> = ({ view: { q, found, state } }) => (
  <>
    <h1>Locks</h1>
    <search>
      <form
        class="filters"
        method="get"
        action="/locks"
        hx-get="/locks"
        hx-trigger="input delay:250ms, submit"
        hx-target="#rows"
        hx-select="#rows"
        hx-swap="outerHTML"
        hx-push-url="true"
      >
        <label class="search">
          Search lock classes
          <input type="search" name="q" value={q} maxlength={200} data-search autocomplete="off" />
        </label>
        <button type="submit">Search</button>
      </form>
    </search>
    <p>
      Or see <a href="/locks/pair">the paths of two classes</a>, or <a href="/locks/graph">the graph of a subsystem</a>.
    </p>
    <section id="rows" aria-label="Lock classes">
      <p class="count" role="status">
        {found.total.toLocaleString('en')} {found.total === 1 ? 'class' : 'classes'}
        {found.total > found.rows.length ? `, the first ${found.rows.length} of them` : ''}
        {q === '' ? ', those with the most orders first' : ''}
      </p>
      {found.rows.length === 0 ? <Nothing q={q} near={found.near} /> : null}
      {found.rows.length === 0 ? null : (
        <ol class="rows">
          {found.rows.map((row) => (
            <li>
              <a class="row lock" href={classAddress(row.name)}>
                <span class="what">
                  <code>{line(row.name, 200)}</code>
                </span>{' '}
                <span class="about">
                  {row.takers} {row.takers === 1 ? 'function takes' : 'functions take'} it · in single functions{' '}
                  {row.below} below, {row.above} above
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

const Nothing: FC<{ q: string; near: readonly string[] }> = ({ q, near }) => (
  <div class="empty">
    {q === '' ? (
      <p>The tree takes no locks.</p>
    ) : (
      <p dir="auto">
        No lock class has “{line(q, 80)}” in its name. <a href="/locks">Show all.</a>
      </p>
    )}
    {near.length === 0 ? null : (
      <p>
        Did you mean{' '}
        {near.map((name, i) => (
          <>
            {i === 0 ? '' : ', or '}
            <a href={classAddress(name)}>
              <code>{line(name, 200)}</code>
            </a>
          </>
        ))}
        ?
      </p>
    )}
  </div>
);
