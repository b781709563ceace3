import type { FC } from 'hono/jsx';
import type { AtlasState, Explanation, LockSite, WitnessPath } from '../../../review/index.ts';
import { line } from '../words.ts';
import { classAddress, pairAddress, sourceAddress } from './addresses.ts';
import { TreeLine } from './standing.tsx';

/** Paths that are open when the page comes; the others fold. */
const OPEN = 3;

/** Two lock classes, and all that was found of them. */
export interface PairView {
  readonly a: string;
  readonly b: string;
  /** Null while two classes are not named. */
  readonly explained: Explanation | null;
  readonly state: AtlasState;
}

/** All paths of two classes, in both directions. */
export const PairPage: FC<{ view: PairView }> = ({ view: { a, b, explained, state } }) => (
  <>
    <p>
      <a href="/locks">Locks</a>
    </p>
    <h1>Two lock classes</h1>
    <form class="filters" method="get" action="/locks/pair">
      <label class="search">
        First class
        <input name="a" value={a} maxlength={300} autocomplete="off" />
      </label>
      <label class="search">
        Second class
        <input name="b" value={b} maxlength={300} autocomplete="off" />
      </label>
      <button type="submit">Show paths</button>
    </form>
    {explained === null ? (
      <p>
        Name two lock classes, as <a href="/locks">the search</a> spells them.
      </p>
    ) : (
      <Both explained={explained} />
    )}
    <TreeLine state={state} />
  </>
);

const Both: FC<{ explained: Explanation }> = ({ explained }) => {
  const { forward, reverse, statistics, coverage } = explained;
  const [a, b] = explained.locks;
  const isBoth = forward.length > 0 && reverse.length > 0;
  return (
    <>
      <p>
        {isBoth ? (
          <span class="mark warn">both orders seen</span>
        ) : forward.length + reverse.length > 0 ? (
          <span class="mark good">one order seen</span>
        ) : (
          <span class="mark">no order seen</span>
        )}{' '}
        <a href={pairAddress(b, a)}>Swap the two</a>
      </p>
      <Direction id="forward" held={a} taken={b} paths={forward} count={statistics.forward} />
      <Direction id="reverse" held={b} taken={a} paths={reverse} count={statistics.reverse} />
      {[...coverage.boundsHit, ...coverage.notes].map((note) => (
        <p>{line(note)}</p>
      ))}
    </>
  );
};

const Direction: FC<{
  id: string;
  held: string;
  taken: string;
  paths: readonly WitnessPath[];
  count: Explanation['statistics']['forward'];
}> = ({ id, held, taken, paths, count }) => (
  <section aria-labelledby={id}>
    <h2 id={id}>
      <a href={classAddress(held)}>
        <code>{line(held, 200)}</code>
      </a>{' '}
      held, then{' '}
      <a href={classAddress(taken)}>
        <code>{line(taken, 200)}</code>
      </a>
    </h2>
    <p>
      {paths.length === 0
        ? 'No path was found.'
        : `${paths.length} ${paths.length === 1 ? 'path' : 'paths'}, the shortest first.`}{' '}
      {count.sites === 0
        ? 'No single function has this order.'
        : `Single functions have it at ${count.sites} ${count.sites === 1 ? 'place' : 'places'} in ${count.files} ${count.files === 1 ? 'file' : 'files'}.`}
    </p>
    {paths.map((path, i) => (
      <details open={i < OPEN}>
        <summary>
          <code>{line(path.chain[0]?.function ?? '', 80)}</code>
          {path.chain.length > 1 ? ` … ${line(path.chain.at(-1)?.function ?? '', 80)}` : ''}, {path.chain.length}{' '}
          {path.chain.length === 1 ? 'function' : 'functions'}
        </summary>
        <Path path={path} />
      </details>
    ))}
  </section>
);

const Path: FC<{ path: WitnessPath }> = ({ path }) => (
  <>
    {path.acquire === null ? (
      <p>
        <code>{line(path.holds, 200)}</code> is held when it begins.
      </p>
    ) : null}
    <ol class="chain">
      {path.chain.map((step, i) => (
        <li>
          <code>{line(step.function, 100)}</code>{' '}
          <a href={sourceAddress(step.file, step.line)}>
            {line(step.file, 200)}:{step.line}
          </a>
          {step.slot === null ? null : <span class="slot"> through {line(step.slot, 100)}</span>}
          <Lock verb="takes" name={path.holds} site={path.acquire} step={i} />
          <Lock verb="waits for" name={path.waits} site={path.wait} step={i} />
          {path.wait === null && i === path.chain.length - 1 ? (
            <div>
              waits for <code>{line(path.waits, 200)}</code> here
            </div>
          ) : null}
        </li>
      ))}
    </ol>
    {path.condition === null ? null : <p>Only with {line(path.condition, 200)}.</p>}
    {path.assumptions.length === 0 ? null : (
      <p>Assumed: {path.assumptions.map((text) => line(text, 200)).join('; ')}.</p>
    )}
  </>
);

const Lock: FC<{ verb: string; name: string; site: LockSite | null; step: number }> = ({ verb, name, site, step }) =>
  site === null || site.step !== step ? null : (
    <div>
      {verb} <code>{line(name, 200)}</code> by <code>{line(site.call, 100)}</code>{' '}
      <a href={sourceAddress(site.file, site.line)}>
        {line(site.file, 200)}:{site.line}
      </a>
    </div>
  );
