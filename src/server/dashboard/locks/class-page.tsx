import type { FC } from 'hono/jsx';
import type { AtlasState, CalledRow, ClassOrders, ClassReach, OrderList } from '../../../review/index.ts';
import { Scrolled } from '../scrolled.tsx';
import { line } from '../words.ts';
import { classAddress, pairAddress } from './addresses.ts';
import { Site, TreeLine } from './standing.tsx';

/** What the page of a lock class shows; `reach` is null while nobody asked for orders through calls. */
export interface ClassView {
  readonly orders: ClassOrders;
  readonly reach: ClassReach | null;
  readonly state: AtlasState;
}

/** One lock class: what is taken below it, what is held above it, each with counts and places. */
export const ClassPage: FC<{ view: ClassView }> = ({ view: { orders, reach, state } }) => {
  const { name, takers, first, below, above } = orders;
  return (
    <>
      <p>
        <a href="/locks">Locks</a>
      </p>
      <h1>
        <code>{line(name, 300)}</code>
      </h1>
      <p>
        {takers.toLocaleString('en')} {takers === 1 ? 'function takes' : 'functions take'} it
        {first.length < takers ? `; the first ${first.length} of them` : ''}:
      </p>
      <ul class="sites">
        {first.map((site) => (
          <li>
            <Site site={site} />
          </li>
        ))}
      </ul>
      <Orders id="below" title="Taken while it is held" list={below} pair={(other) => pairAddress(name, other)} />
      <Orders id="above" title="Held while it is taken" list={above} pair={(other) => pairAddress(other, name)} />
      <Reach name={name} reach={reach} />
      <TreeLine state={state} />
    </>
  );
};

const Orders: FC<{ id: string; title: string; list: OrderList; pair: (other: string) => string }> = (props) => {
  const { id, title, list, pair } = props;
  return (
    <section aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {list.rows.length === 0 ? <p>Nothing, in any single function.</p> : null}
      {list.rows.length === 0 ? null : (
        <Scrolled label={title}>
          <table>
            <caption>
              In single functions, most used first
              {list.leftOut > 0 ? `; ${list.leftOut.toLocaleString('en')} more are not shown` : ''}
            </caption>
            <thead>
              <tr>
                <th scope="col">Lock class</th>
                <th scope="col" class="number">
                  Places
                </th>
                <th scope="col" class="number">
                  Files
                </th>
                <th scope="col">Other way round</th>
                <th scope="col">First places</th>
              </tr>
            </thead>
            <tbody>
              {list.rows.map((row) => (
                <tr>
                  <td>
                    <a href={classAddress(row.name)}>
                      <code>{line(row.name, 200)}</code>
                    </a>{' '}
                    (<a href={pair(row.name)}>all paths</a>)
                  </td>
                  <td class="number">{row.sites.toLocaleString('en')}</td>
                  <td class="number">{row.files.toLocaleString('en')}</td>
                  <td>
                    {row.reverse === 0 ? (
                      'not in single functions'
                    ) : (
                      <span class="mark warn">
                        {row.reverse.toLocaleString('en')} {row.reverse === 1 ? 'place' : 'places'}
                      </span>
                    )}
                  </td>
                  <td>
                    <ul class="sites">
                      {row.first.map((site) => (
                        <li>
                          <Site site={site} />
                        </li>
                      ))}
                    </ul>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scrolled>
      )}
    </section>
  );
};

/** Orders through calls are searched when somebody wants them: a script asks at once, a link does without one. */
const Reach: FC<{ name: string; reach: ClassReach | null }> = ({ name, reach }) => {
  const ask = {
    'hx-get': classAddress(name, true),
    'hx-trigger': 'load',
    'hx-select': '#reach',
    'hx-target': '#reach',
    'hx-swap': 'outerHTML',
  };
  return (
    <section id="reach" aria-labelledby="reach-title" {...(reach === null ? ask : {})}>
      <h2 id="reach-title">Through calls</h2>
      {reach === null ? (
        <p>
          <a href={`${classAddress(name, true)}#reach`}>Search the orders whose ends are in different functions</a>
        </p>
      ) : (
        <div class="columns">
          <Called
            id="reach-below"
            title="Taken while it is held, further down"
            rows={reach.below}
            leftOut={reach.leftOut.below}
            pair={(other) => pairAddress(name, other)}
          />
          <Called
            id="reach-above"
            title="Held while it is taken, further up"
            rows={reach.above}
            leftOut={reach.leftOut.above}
            pair={(other) => pairAddress(other, name)}
          />
        </div>
      )}
      {reach?.boundsHit ? <p>The search ended at its bound; there may be more.</p> : null}
    </section>
  );
};

const Called: FC<{
  id: string;
  title: string;
  rows: readonly CalledRow[];
  leftOut: number;
  pair: (other: string) => string;
}> = ({ id, title, rows, leftOut, pair }) => (
  <section aria-labelledby={id}>
    <h3 id={id}>{title}</h3>
    {rows.length === 0 ? <p>Nothing more than above.</p> : null}
    <ul class="sites">
      {rows.map((row) => (
        <li>
          <a href={pair(row.name)}>
            <code>{line(row.name, 200)}</code>
          </a>
          , {row.calls} {row.calls === 1 ? 'call' : 'calls'} away: <Site site={row.at} />
        </li>
      ))}
    </ul>
    {leftOut > 0 ? <p>{leftOut.toLocaleString('en')} more candidates were not followed.</p> : null}
  </section>
);
