import type { FC } from 'hono/jsx';
import { CATALOGUE, type Fault } from '../../../outcome/index.ts';
import type { AtlasReady, AtlasState, OrderSite } from '../../../review/index.ts';
import { line } from '../words.ts';
import { sourceAddress } from './addresses.ts';

const count = (n: number): string => n.toLocaleString('en');

/** Which tree the page speaks of, and what could not be seen in it. */
export const TreeLine: FC<{ state: AtlasState }> = ({ state }) =>
  state.kind === 'ready' ? (
    <footer class="tree">
      <Changed state={state} />
      <details>
        <summary>
          Tree {treeName(state)}, {count(state.coverage.files)} files, {count(state.coverage.functions)} functions
        </summary>
        <p>
          As of <time datetime={iso(state.checkedAt)}>{iso(state.checkedAt).slice(0, 16).replace('T', ' ')} UTC</time>.{' '}
          {count(state.coverage.unresolvedCalls)} calls through pointers have no known target, and{' '}
          {count(state.coverage.dropped)} places with unbalanced <code>#if</code> arms were passed over.
          {state.coverage.unreadable > 0 ? ` ${count(state.coverage.unreadable)} files could not be read.` : null}
        </p>
        {state.coverage.notes.map((note) => (
          <p>{line(note)}</p>
        ))}
      </details>
    </footer>
  ) : null;

const Changed: FC<{ state: AtlasReady }> = ({ state }) =>
  state.now === 'current' ? null : (
    <p class="notice" role="status">
      {state.now === 'refreshing'
        ? 'The tree has changed and is being read again. This is how it was before.'
        : `The tree cannot be read any more (${line(state.fault?.what ?? '')}). This is how it was when it was last read.`}
    </p>
  );

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** The folder's own name: where it is on the server is nobody's business. */
function treeName({ identity }: AtlasReady): string {
  const folder = line(identity.root.split('/').at(-1) ?? '', 60);
  return identity.kind === 'git' ? `${folder} at ${identity.revision.slice(0, 12)}` : folder;
}

/** A page for what could not be answered. */
export interface Refusal {
  readonly status: 404 | 503;
  readonly title: string;
}

/** What is not there is 404, what may be there later is 503. */
export function refusalOf(fault: Fault): Refusal {
  const titles: Partial<Record<Fault['code'], string>> = {
    'locks/no-such-class': 'No such lock class',
    'atlas/no-such-area': 'No such part of the tree',
    'atlas/no-such-file': 'No such file',
    'atlas/not-ready': 'The tree is being read',
    'atlas/busy': 'Too many questions at once',
    'atlas/too-long': 'The search took too long',
  };
  const isMissing = fault.code === 'locks/no-such-class' || fault.code.startsWith('atlas/no-such-');
  return { status: isMissing ? 404 : 503, title: titles[fault.code] ?? 'The tree cannot be read' };
}

/** Says in plain words why there is no answer; while a tree is being read it asks again by itself. */
export const Refused: FC<{ fault: Fault; state: AtlasState; here: string }> = ({ fault, state, here }) => {
  const waits = fault.code === 'atlas/not-ready';
  const poll = { 'hx-get': here, 'hx-trigger': 'every 3s', 'hx-target': '#main', 'hx-select': '#main' };
  return (
    <>
      <h1>{refusalOf(fault).title}</h1>
      <div class="notice" role="status" {...(waits ? { ...poll, 'hx-swap': 'outerHTML' } : {})}>
        <p dir="auto">{line(fault.what)}.</p>
        {state.kind === 'opening' && state.progress ? <Progress {...state.progress} /> : null}
        <p>{line(fault.hint ?? CATALOGUE[fault.code].hint)}</p>
        <p>
          <a href={here}>Ask again</a> or <a href="/locks">search the lock classes</a>.
        </p>
      </div>
      <TreeLine state={state} />
    </>
  );
};

const Progress: FC<{ phase: string; done: number; total: number | null }> = ({ phase, done, total }) => (
  <p>
    {line(phase, 60)}: {count(done)}
    {total === null ? null : ` of ${count(total)}`}
  </p>
);

/** What is shown when the server was started without a tree. */
export const NoTree: FC = () => (
  <>
    <h1>Locks</h1>
    <div class="empty">
      <p>There is no tree to read lock orders from.</p>
      <p>
        Start the server with <code>abbot serve --tree DIR</code>, where <code>DIR</code> holds the sources of a kernel.
      </p>
    </div>
  </>
);

/** A place in the tree, as a link to its line. */
export const Site: FC<{ site: OrderSite }> = ({ site }) => (
  <a class="site" href={sourceAddress(site.file, site.line)}>
    <code>{line(site.function, 80)}</code>{' '}
    <span>
      {line(site.file, 200)}:{site.line}
    </span>
  </a>
);
