import type { FC } from 'hono/jsx';
import type { Review } from '../../../review/index.ts';
import { Scrolled } from '../scrolled.tsx';
import { line } from '../words.ts';
import { sourceAddress } from './findings-view.tsx';

const HOW = {
  'base-commit': 'the base that the series names',
  'blob-ids': 'the revision whose files have the ids in the patches',
  named: 'the base that the cover letter names in words',
  given: 'the revision that was given',
  none: 'no tree: the patches alone',
} as const;

/** What was read and what could not be seen; without it "nothing found" would say nothing. */
export const CoverageView: FC<{ review: Review }> = ({ review: { coverage, base } }) => (
  <section aria-labelledby="coverage">
    <h2 id="coverage">Coverage</h2>
    <dl class="facts">
      <Fact name="Read against">
        {base.revision === null ? HOW[base.how] : `${line(base.revision, 80)}: ${HOW[base.how]}`}
      </Fact>
      <Fact name="Files">{coverage.files.toLocaleString('en')}</Fact>
      <Fact name="Functions">{coverage.functions.toLocaleString('en')}</Fact>
      <Fact name="Calls not resolved">{coverage.unresolvedCalls.toLocaleString('en')}</Fact>
      <Fact name="Locks not known">{coverage.unknownLocks.toLocaleString('en')}</Fact>
    </dl>
    <ul>
      {coverage.notes.map((note) => (
        <li dir="auto">{line(note, 600)}</li>
      ))}
      {coverage.boundsHit.map((bound) => (
        <li>Stopped at a bound: {line(bound, 300)}</li>
      ))}
      {coverage.unparsed.map((file) => (
        <li>Could not be read: {line(file, 300)}</li>
      ))}
    </ul>
  </section>
);

const Fact: FC<{ name: string; children?: string }> = ({ name, children }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);

/** How each hunk met the tree; what did not go in comes first and is never folded away. */
export const ApplyLog: FC<{ review: Review }> = ({ review: { base } }) => {
  const odd = base.applied.filter(({ outcome }) => outcome !== 'exact');
  const exact = base.applied.length - odd.length;
  return (
    <section aria-labelledby="applied">
      <h2 id="applied">How it applied</h2>
      {base.applied.length === 0 ? (
        <p>It was not applied to a tree.</p>
      ) : (
        <p>
          {exact} of {base.applied.length} hunks went in exactly where they were made for.
        </p>
      )}
      {odd.length === 0 ? null : (
        <Scrolled label="Hunks">
          <table aria-labelledby="applied">
            <thead>
              <tr>
                <th scope="col">Patch</th>
                <th scope="col">File</th>
                <th scope="col" class="number">
                  Hunk
                </th>
                <th scope="col">Outcome</th>
              </tr>
            </thead>
            <tbody>
              {odd.slice(0, 500).map(({ patch, file, hunk, outcome, offset, fuzz }) => (
                <tr>
                  <td>{patch}</td>
                  <td>
                    <a href={sourceAddress(file, 1)}>{line(file, 200)}</a>
                  </td>
                  <td class="number">{hunk}</td>
                  <td>
                    <span class={`mark ${outcome === 'failed' ? 'bad' : 'calm'}`}>{outcome}</span>
                    {offset === 0 ? null : ` ${offset} lines`}
                    {fuzz === 0 ? null : ` fuzz ${fuzz}`}
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
