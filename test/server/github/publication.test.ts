import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasMarker, MAX_COMMENT, STICKY_MARKER, withMarker } from '../../../src/server/github/marker.ts';
import {
  type CheckRequest,
  findCheckRun,
  type PresentCheckRun,
  planComment,
  planEnd,
  planStart,
} from '../../../src/server/github/publication.ts';

const annotation = (i: number) => ({
  path: 'a.c',
  start_line: i + 1,
  end_line: i + 1,
  annotation_level: 'warning' as const,
  title: 't',
  message: `m${i}`,
  raw_details: '',
});
const desired = (count: number) => ({
  headSha: 'a'.repeat(40),
  externalId: 'key',
  page: null,
  report: {
    conclusion: 'neutral' as const,
    title: 'one finding',
    summary: 's',
    batches: Array.from({ length: Math.ceil(count / 50) }, (_, b) =>
      Array.from({ length: Math.min(50, count - b * 50) }, (_, i) => annotation(b * 50 + i)),
    ),
  },
});
const present = (more: Partial<PresentCheckRun> = {}): PresentCheckRun => ({
  id: 9,
  headSha: 'a'.repeat(40),
  externalId: 'key',
  status: 'in_progress',
  annotations: 0,
  ...more,
});

/** What GitHub makes of a request. */
function carryOut(run: PresentCheckRun, request: CheckRequest): PresentCheckRun {
  const { body } = request;
  return {
    ...run,
    externalId: body.external_id ?? run.externalId,
    status: body.conclusion ? 'completed' : (body.status ?? run.status),
    annotations: run.annotations + (body.output?.annotations?.length ?? 0),
  };
}

describe('the end of a check run', () => {
  test('comes with the last batch of annotations', () => {
    const requests = planEnd(present(), desired(120));
    expect(requests.map((r) => r.body.output?.annotations?.length)).toEqual([50, 50, 20]);
    expect(requests.map((r) => r.body.status)).toEqual(['in_progress', 'in_progress', 'completed']);
  });

  test('is one request without annotations', () => expect(planEnd(present(), desired(0))).toHaveLength(1));

  test('that is told already is not told again', () =>
    expect(planEnd(present({ status: 'completed', annotations: 120 }), desired(120))).toEqual([]));

  test('after a death at any request is the same as without one', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 260 }), fc.array(fc.nat(6), { maxLength: 4 }), (count, deaths) => {
        let run = present();
        for (const after of deaths)
          for (const request of planEnd(run, desired(count)).slice(0, after)) run = carryOut(run, request);
        for (const request of planEnd(run, desired(count))) run = carryOut(run, request);
        expect(run).toMatchObject({ status: 'completed', annotations: count });
        expect(planEnd(run, desired(count))).toEqual([]);
      }),
    );
  });
});

describe('the beginning of a check run', () => {
  test('makes one when there is none', () =>
    expect(planStart(null, desired(0))).toMatchObject({
      kind: 'create',
      body: { name: 'abbot', status: 'in_progress' },
    }));

  test('goes on with one that nobody ended', () => {
    expect(planStart(present(), desired(0))).toBeNull();
    expect(planStart(present({ externalId: 'older' }), desired(0))).toMatchObject({ kind: 'update', id: 9 });
  });

  test('is that of the newest one, when it is the same or nobody ended it', () => {
    const ended = present({ id: 4, externalId: 'x', status: 'completed' });
    expect(findCheckRun([present({ id: 3 }), present({ id: 1 })], 'key')?.id).toBe(3);
    expect(findCheckRun([present({ id: 3 }), ended], 'x')?.id).toBe(4);
    // Somebody ignored a finding, and wants to hear of it again: the older run is not seen any more.
    expect(findCheckRun([present({ id: 3, status: 'completed' }), ended], 'key')).toBeNull();
  });
});

describe('the comment', () => {
  test.each([
    [null, 'findings', true, 'create'],
    [null, 'findings', false, undefined],
    [null, 'always', false, 'create'],
    [null, 'never', true, undefined],
    ['old', 'findings', false, 'update'],
    ['new\n', 'findings', true, undefined],
  ] as const)('that reads %s, wanted %s, with findings %s: %s', (body, when, worth, kind) =>
    expect(planComment(body === null ? null : { id: 1, body }, 'new', when, worth)?.kind).toBe(kind),
  );

  test('begins with a marker that never changes', () => {
    expect(STICKY_MARKER).toBe('<!-- abbot:sticky -->');
    expect(hasMarker(withMarker('text'))).toBe(true);
    expect(hasMarker(`> ${withMarker('text')}`)).toBe(false);
  });

  test('of 70,000 characters fits, and no character is cut in two', () => {
    const text = withMarker('😀'.repeat(35_000));
    expect(text.length).toBeLessThanOrEqual(MAX_COMMENT);
    expect(Buffer.from(text).toString()).toBe(text);
    expect(text).toContain('does not fit');
  });
});
