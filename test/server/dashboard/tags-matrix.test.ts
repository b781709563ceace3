import { expect, test } from 'vitest';
import { tagsMatrix } from '../../../src/server/dashboard/series/tags-matrix.ts';
import { richReview } from '../../report/fixtures.ts';

const withTags = (trailers: readonly (readonly [string, string])[]) => ({
  ...richReview,
  series: {
    ...richReview.series,
    given: [],
    patches: richReview.series.patches.map((patch, i) => ({
      ...patch,
      trailers: i === 0 ? trailers.map(([key, value]) => ({ key, value })) : [],
    })),
  },
});

test('a tag is carried, new, lost, or given and not picked up; a person is known by the address', () => {
  const before = withTags([
    ['Reviewed-by', 'Rex <rex@example.org>'],
    ['Tested-by', 'Tess <tess@example.org> # s390'],
  ]);
  const now = {
    ...withTags([
      ['Reviewed-by', 'Rex Viewer <REX@example.org>'],
      ['Acked-by', 'Ada <ada@example.org>'],
    ]),
  };
  const given = [{ patch: null, key: 'Tested-by', value: 'Ada <ada@example.org>', messageId: 'x@example.org' }];
  const matrix = tagsMatrix({ ...now, series: { ...now.series, given } }, before);
  expect(matrix.people).toEqual(['Rex Viewer', 'Ada', 'Tess']);
  expect(matrix.rows[0]?.cells).toEqual([
    [{ key: 'Reviewed-by', state: 'carried' }],
    [
      { key: 'Acked-by', state: 'new' },
      { key: 'Tested-by', state: 'given' },
    ],
    [{ key: 'Tested-by', state: 'lost' }],
  ]);
});

test('a first version has nothing new and nothing lost', () => {
  const matrix = tagsMatrix(withTags([['Acked-by', 'a@example.org']]), null);
  expect(matrix.rows[0]?.cells).toEqual([[{ key: 'Acked-by', state: 'carried' }]]);
});
