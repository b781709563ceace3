import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../tree/repository.ts';

const SCRIPT = resolve('scripts/linux-source.mjs');
const DEBIAN = spawnSync('dpkg-deb', ['--version']).status === 0 && spawnSync('xz', ['--version']).status === 0;

function run(environment: Record<string, string>, ...args: string[]) {
  const { PATH = '' } = process.env;
  const { status, stdout, stderr } = spawnSync('node', [SCRIPT, ...args], {
    encoding: 'utf8',
    env: { PATH, ...environment },
  });
  return { status, stdout: stdout.trim(), stderr: stderr.trim() };
}

/** Something that passes for the source of Linux `version`. */
function writeTree(tree: string, version: string): string {
  const [major, minor] = version.split('.');
  mkdirSync(tree, { recursive: true });
  writeFileSync(
    join(tree, 'Makefile'),
    `# SPDX-License-Identifier: GPL-2.0\nVERSION = ${major}\nPATCHLEVEL = ${minor}\n`,
  );
  writeFileSync(join(tree, 'MAINTAINERS'), '');
  return tree;
}

/** A package laid out as Debian's linux-source packages are. */
function writePackage(folder: string, version: string): string {
  const name = `linux-source-${version}`;
  const root = join(folder, 'root');
  mkdirSync(join(root, 'DEBIAN'), { recursive: true });
  mkdirSync(join(root, 'usr/src'), { recursive: true });
  writeFileSync(
    join(root, 'DEBIAN/control'),
    `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n`,
  );
  writeTree(join(folder, name), version);
  execFileSync('tar', ['-cJf', join(root, `usr/src/${name}.tar.xz`), '-C', folder, name]);
  const deb = join(folder, `${name}_1_all.deb`);
  execFileSync('dpkg-deb', ['-b', '--root-owner-group', root, deb], { stdio: 'ignore' });
  return deb;
}

describe('linux-source with ABBOT_LINUX', () => {
  test('takes a folder that holds the unpacked package', () => {
    const folder = temporaryFolder();
    const tree = writeTree(join(folder, 'linux-source-6.1'), '6.1');
    expect(run({ ABBOT_LINUX: folder }, '6.1')).toEqual({ status: 0, stdout: tree, stderr: '' });
  });

  test('takes the tree itself', () => {
    const tree = writeTree(temporaryFolder(), '6.12');
    expect(run({ ABBOT_LINUX: tree })).toMatchObject({ status: 0, stdout: tree });
  });

  test('refuses a tree of another version in one line', () => {
    const tree = writeTree(temporaryFolder(), '6.1');
    expect(run({ ABBOT_LINUX: tree }, '6.12')).toEqual({
      status: 1,
      stdout: '',
      stderr: `linux-source: ABBOT_LINUX=${tree} holds Linux 6.1, not 6.12; unset it to fetch the package`,
    });
  });
});

describe('linux-source', () => {
  test('only looks when asked where the source is', () => {
    const cache = temporaryFolder();
    expect(run({ ABBOT_CACHE: cache }, '--where')).toMatchObject({ status: 1, stdout: '' });
    expect(readdirSync(cache)).toEqual([]);
  });

  test('refuses a version that it does not know', () => {
    expect(run({}, '2.4')).toMatchObject({ status: 2, stderr: 'linux-source: name one of the versions 6.12, 6.1' });
  });

  test('leaves nothing behind when the package is not one', () => {
    const cache = temporaryFolder({ 'x.deb': 'not a package' });
    expect(run({ ABBOT_CACHE: cache }, '--from-deb', join(cache, 'x.deb'))).toMatchObject({ status: 1 });
    expect(readdirSync(join(cache, 'linux'))).toEqual([]);
  });

  test.runIf(DEBIAN)('unpacks a package once, marks it beside the tree, and then only names it', () => {
    const cache = temporaryFolder();
    const deb = writePackage(temporaryFolder(), '6.12');
    const tree = join(cache, 'linux/linux-source-6.12');
    expect(run({ ABBOT_CACHE: cache }, '6.12', '--from-deb', deb)).toMatchObject({ status: 0, stdout: tree });
    expect(readdirSync(join(cache, 'linux')).sort()).toEqual(['linux-source-6.12', 'linux-source-6.12.complete']);
    expect(readFileSync(`${tree}.complete`, 'utf8')).toBe('linux-source-6.12_1_all.deb\n');
    rmSync(deb);
    expect(run({ ABBOT_CACHE: cache }, '--from-deb', deb)).toEqual({ status: 0, stdout: tree, stderr: '' });
  });

  test.runIf(DEBIAN)('does again what a killed run left half done', () => {
    const cache = temporaryFolder({
      'linux/.unpacking-999999999-x/linux-source-6.12/half': '',
      'linux/linux-source-6.12/half': '',
    });
    const deb = writePackage(temporaryFolder(), '6.12');
    expect(run({ ABBOT_CACHE: cache }, '--from-deb', deb).status).toBe(0);
    expect(readdirSync(join(cache, 'linux')).sort()).toEqual(['linux-source-6.12', 'linux-source-6.12.complete']);
    expect(existsSync(join(cache, 'linux/linux-source-6.12/half'))).toBe(false);
  });
});
