import type { Child, FC } from 'hono/jsx';
import type { Fault } from '../../outcome/index.ts';
import type { ConsentRow, FailedRun, OutboxRow, QueueCount, WatchedState, WorkerRow } from '../../store/index.ts';
import { Csrf, type Viewer } from './layout.tsx';
import { Scrolled } from './scrolled.tsx';
import { line, placeName } from './words.ts';

/** How the bot is. */
export interface HealthView {
  readonly now: Date;
  readonly engine: string;
  readonly queues: readonly QueueCount[];
  readonly workers: readonly WorkerRow[];
  readonly lists: readonly WatchedState[];
  readonly failed: readonly FailedRun[];
  readonly outbox: readonly OutboxRow[];
  readonly consents: readonly ConsentRow[];
  /** What is known of the tree and its index, one line each. */
  readonly tree: readonly { readonly name: string; readonly value: string }[];
  readonly viewer: Viewer | null;
}

/** Queue, workers, watchers, errors, index, outbox and consents: what to look at when something does not come. */
export const HealthPage: FC<{ view: HealthView }> = ({ view }) => (
  <>
    <h1>Health</h1>
    <p class="count">
      as of <time datetime={view.now.toISOString()}>{stamp(view.now)}</time>, {view.engine}
    </p>
    <Part id="queue" title="Queue">
      <Rows
        label="Queue"
        head={['Jobs', 'State', 'Number']}
        rows={view.queues.map((one) => [one.queue, one.state, String(one.count)])}
        none="No job waits or runs."
      />
    </Part>
    <Part id="workers" title="Workers">
      <Rows
        label="Workers"
        head={['Worker', 'Host', 'Program', 'Seen']}
        rows={view.workers.map((one) => [one.id, `${one.host} (${one.pid})`, one.program, age(view.now, one.seenAt)])}
        none="No worker runs."
      />
    </Part>
    <Part id="lists" title="Watched lists">
      <Rows
        label="Watched lists"
        head={['List', 'Last read', 'Settle time', 'Mails kept']}
        rows={view.lists.map((one) => [
          placeName(one.place),
          one.readAt === null ? 'never' : age(view.now, one.readAt),
          `${one.settle} min`,
          one.mails.toLocaleString('en'),
        ])}
        none="No list is watched: abbot watch add <list>."
      />
    </Part>
    <Part id="errors" title="Last errors">
      <Rows
        label="Last errors"
        head={['When', 'Job', 'Try', 'Why']}
        rows={view.failed.map((one) => [
          age(view.now, one.startedAt),
          one.queue,
          String(one.attempt),
          one.outcome === 'lost' ? 'the worker went away in the middle' : inWords(one.fault),
        ])}
        none="Nothing went wrong lately."
      />
    </Part>
    <Part id="tree" title="Tree and index">
      <dl class="facts">
        {view.tree.map(({ name, value }) => (
          <div>
            <dt>{name}</dt>
            <dd>{line(value, 300)}</dd>
          </div>
        ))}
      </dl>
    </Part>
    <Part id="outbox" title="Outbox">
      <Rows
        label="Outbox"
        head={['Made', 'To', 'State', 'Tries', 'Why']}
        rows={view.outbox.map((one) => [
          age(view.now, one.createdAt),
          one.channel,
          one.state,
          String(one.attempts),
          inWords(one.lastFault as Fault | null),
        ])}
        none="Nothing was sent and nothing waits."
      />
    </Part>
    <Part id="consents" title="Consent">
      <p>Mail is sent only to lists whose people agreed. Without an entry abbot writes drafts and stays silent.</p>
      <Consents view={view} />
    </Part>
  </>
);

const Part: FC<{ id: string; title: string; children?: Child }> = ({ id, title, children }) => (
  <section aria-labelledby={id}>
    <h2 id={id}>{title}</h2>
    {children}
  </section>
);

const Rows: FC<{ label: string; head: readonly string[]; rows: readonly (readonly string[])[]; none: string }> = ({
  label,
  head,
  rows,
  none,
}) =>
  rows.length === 0 ? (
    <p>{none}</p>
  ) : (
    <Scrolled label={label}>
      <table>
        <thead>
          <tr>
            {head.map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((cells) => (
            <tr>
              {cells.map((text) => (
                <td dir="auto">{line(text, 400)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );

const Consents: FC<{ view: HealthView }> = ({ view: { consents, viewer } }) => (
  <>
    {consents.length === 0 ? (
      <p>Nobody has agreed to mail yet.</p>
    ) : (
      <Scrolled label="Consent">
        <table>
          <thead>
            <tr>
              <th scope="col">List</th>
              <th scope="col">May be written to</th>
              <th scope="col">Agreed</th>
              <th scope="col">Where</th>
              <th scope="col">State</th>
            </tr>
          </thead>
          <tbody>
            {consents.map((one) => (
              <tr>
                <td dir="auto">{line(one.place, 200)}</td>
                <td>{one.mode === 'list' ? 'the list' : 'the author'}</td>
                <td dir="auto">
                  {line(one.by, 100)}, {stamp(one.givenAt)}
                </td>
                <td dir="auto">{line(one.evidence, 300)}</td>
                <td>
                  {one.revokedAt !== null ? (
                    `withdrawn by ${line(one.revokedBy ?? '', 80)}, ${stamp(one.revokedAt)}`
                  ) : viewer === null ? (
                    'in force'
                  ) : (
                    <form method="post" action="/health/revoke">
                      <Csrf viewer={viewer} />
                      <input type="hidden" name="place" value={one.place} />
                      <input type="hidden" name="mode" value={one.mode} />
                      <button type="submit">Withdraw</button>
                    </form>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    )}
    {viewer === null ? null : (
      <details>
        <summary>Record a consent</summary>
        <form method="post" action="/health/consent" class="actions">
          <Csrf viewer={viewer} />
          <label>
            List
            <input name="place" required maxlength={500} placeholder="https://lore.kernel.org/linux-pci/" />
          </label>
          <label>
            May be written to
            <select name="mode">
              <option value="author">the author</option>
              <option value="list">the list</option>
            </select>
          </label>
          <label>
            Who agreed
            <input name="by" required maxlength={200} />
          </label>
          <label>
            Where it can be read
            <input name="evidence" required maxlength={500} />
          </label>
          <button type="submit">Record</button>
        </form>
      </details>
    )}
  </>
);

function inWords(fault: Fault | null): string {
  return fault === null ? '' : `${fault.what}${fault.why ? `: ${fault.why}` : ''}`;
}

function stamp(at: Date): string {
  return `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How long ago, in the largest unit that fits. */
function age(now: Date, then: Date): string {
  const seconds = Math.max(0, Math.round((now.getTime() - then.getTime()) / 1000));
  const [count, unit] =
    seconds < 120
      ? [seconds, 's']
      : seconds < 7200
        ? [Math.round(seconds / 60), 'min']
        : seconds < 172_800
          ? [Math.round(seconds / 3600), 'h']
          : [Math.round(seconds / 86_400), 'days'];
  return `${count} ${unit} ago`;
}
