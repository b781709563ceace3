import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder, writeFiles } from '../tree/repository.ts';

const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });

/** Runs the script where `npm` only says what it was asked to do. */
function run(files: Record<string, string>) {
  const folder = temporaryFolder(files);
  writeFiles(folder, { 'bin/npm': '#!/bin/sh\necho "npm $1" >&2\n' });
  chmodSync(`${folder}/bin/npm`, 0o755);
  const { status, stderr } = spawnSync(process.execPath, [resolve('scripts/install-if-stale.mjs')], {
    cwd: folder,
    encoding: 'utf8',
    env: { PATH: `${folder}/bin:/usr/bin:/bin` },
  });
  return { status, stderr: stderr.trim() };
}

describe('before the tests', () => {
  test('nothing is installed when node_modules holds what the lock file names', () => {
    const packages = {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/other-os': { version: '1.0.0', optional: true },
    };
    const { 'node_modules/other-os': _, ...here } = packages;
    expect(run({ 'package-lock.json': lock(packages), 'node_modules/.package-lock.json': lock(here) })).toEqual({
      status: 0,
      stderr: '',
    });
  });

  test('a fresh checkout is installed', () => {
    expect(run({ 'package-lock.json': lock({}) }).stderr).toBe(
      'installing the dependencies, as there is no node_modules\nnpm ci',
    );
  });

  test('a package of another version than the lock file names is a reason to install', () => {
    const files = {
      'package-lock.json': lock({ 'node_modules/a': { version: '2.0.0' } }),
      'node_modules/.package-lock.json': lock({ 'node_modules/a': { version: '1.0.0' } }),
    };
    expect(run(files).stderr).toBe('installing the dependencies, as a 2.0.0 is not installed\nnpm ci');
  });
});
