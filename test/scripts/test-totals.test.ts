import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../tree/repository.ts';

function report(passed: number, failed: number, brokenFiles = 0): string {
  const broken = Array.from({ length: brokenFiles }, () => ({ status: 'failed', assertionResults: [] }));
  return JSON.stringify({
    numTotalTests: passed + failed,
    numPassedTests: passed,
    numFailedTests: failed,
    testResults: broken,
  });
}

function totals(files: Record<string, string>, ...names: string[]) {
  const folder = temporaryFolder(files);
  const { status, stdout } = spawnSync('node', ['scripts/test-totals.mjs', ...names.map((n) => join(folder, n))], {
    encoding: 'utf8',
  });
  return { status, stdout };
}

describe('the totals of the test runs', () => {
  test('are added up on one line', () => {
    const files = { a: report(10, 0), b: report(5, 0) };
    expect(totals(files, 'a', 'b')).toEqual({ status: 0, stdout: '15 passed, 0 failed\n' });
  });

  test('fail with one failure', () => {
    expect(totals({ a: report(10, 1) }, 'a')).toEqual({ status: 1, stdout: '10 passed, 1 failed\n' });
  });

  test.each([
    ['a report that is missing', { a: report(3, 0) }],
    ['a report that is cut off', { a: report(3, 0), b: report(1, 0).slice(0, 20) }],
    ['a suite in which nothing ran', { a: report(3, 0), b: report(0, 0) }],
    ['a file that cannot be loaded', { a: report(3, 0), b: report(0, 0, 1) }],
  ])('count %s as a failure', (_, files) => {
    expect(totals(files, 'a', 'b')).toEqual({ status: 1, stdout: '3 passed, 1 failed\n' });
  });
});
