import type { FC } from 'hono/jsx';
import type { AtlasState, SourceLines } from '../../../review/index.ts';
import { Scrolled } from '../scrolled.tsx';
import { line as clean } from '../words.ts';
import { graphAddress, sourceAddress } from './addresses.ts';
import { TreeLine } from './standing.tsx';

/** Some lines of a file, one of them meant. */
export interface SourceView {
  readonly source: SourceLines;
  readonly line: number;
  readonly state: AtlasState;
}

/** The lines around one of them; each is a link to itself, so that it can be shared. */
export const SourcePage: FC<{ view: SourceView }> = ({ view: { source, line, state } }) => {
  const { path, from, lines, total, changed } = source;
  const last = from + lines.length - 1;
  const folder = path.split('/').slice(0, -1).join('/');
  const half = Math.ceil(lines.length / 2);
  return (
    <>
      <p>
        <a href="/locks">Locks</a>
        {folder === '' ? null : (
          <>
            {' '}
            · <a href={graphAddress(folder)}>lock orders of {clean(folder, 100)}/</a>
          </>
        )}
      </p>
      <h1>
        <code>{clean(path, 300)}</code>
      </h1>
      <p class="count">
        Lines {from} to {last} of {total.toLocaleString('en')}
      </p>
      {changed ? <p class="notice">This file has changed since the tree was read: lines may have moved.</p> : null}
      <Scrolled label={`Lines of ${clean(path, 200)}`}>
        <pre class="source">
          {lines.map((text, i) => (
            <a
              id={`L${from + i}`}
              class={from + i === line ? 'here' : undefined}
              aria-current={from + i === line ? 'true' : undefined}
              href={sourceAddress(path, from + i)}
            >
              <i>{from + i}</i>
              {visible(text)}
            </a>
          ))}
        </pre>
      </Scrolled>
      <nav class="pager" aria-label="Other lines">
        {from > 1 ? <a href={sourceAddress(path, Math.max(1, from - half))}>Earlier lines</a> : null}
        {last < total ? <a href={sourceAddress(path, Math.min(total, last + half))}>Later lines</a> : null}
      </nav>
      <TreeLine state={state} />
    </>
  );
};

/** Source as it is, but for characters that would hide or turn what stands there: those are spelled out. */
function visible(text: string): string {
  const spelled = (found: string): string =>
    `<U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}>`;
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (found) => (found === '\t' ? found : spelled(found)));
}
