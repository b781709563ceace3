import type { FC } from 'hono/jsx';
import { Scrolled } from '../scrolled.tsx';
import { line } from '../words.ts';
import type { TagState, TagsMatrix } from './tags-matrix.ts';

const TONES: Readonly<Record<TagState, string>> = { carried: 'calm', new: 'good', given: 'warn', lost: 'bad' };

/** Patch by person: who reviewed, acked and tested what, and what became of it. */
export const TagsTable: FC<{ matrix: TagsMatrix }> = ({ matrix: { people, rows } }) => (
  <section aria-labelledby="tags">
    <h2 id="tags">Tags</h2>
    {people.length === 0 ? (
      <p>Nobody gave a tag to this version or the one before.</p>
    ) : (
      <Scrolled label="Tags">
        <table aria-labelledby="tags">
          <caption>carried from the version before, new, given in a reply to this one, or lost</caption>
          <thead>
            <tr>
              <th scope="col">Patch</th>
              {people.map((person) => (
                <th scope="col" dir="auto">
                  {line(person, 60)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ patch, title, cells }) => (
              <tr>
                <th scope="row" dir="auto">
                  {patch}: {line(title, 120)}
                </th>
                {cells.map((cell) => (
                  <td>
                    {cell.map(({ key, state }) => (
                      <div>
                        <span class={`mark ${TONES[state]}`}>{state}</span> {line(key, 40)}
                      </div>
                    ))}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scrolled>
    )}
  </section>
);
