import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectGolden } from '../golden/golden.ts';
import { type Built, buildProgram } from './built.ts';

let abbot: Built;
// Compiling takes a moment where others compute too.
beforeAll(() => {
  abbot = buildProgram();
}, 180_000);
afterAll(() => abbot.remove());

test('--version prints the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(await abbot.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test.each([
  [[]],
  [['review']],
  [['compare']],
  [['explain']],
  [['index']],
  [['rules', 'check']],
  [['doctor']],
  [['watch']],
  [['watch', 'add']],
  [['watch', 'run']],
  [['serve']],
  [['work']],
  [['demo']],
])('%j --help', async (command) => {
  const help = await abbot.run([...command, '--help']);
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expectGolden(`help${command.map((c) => `-${c}`).join('')}.txt`, help.stdout);
});

test.each([
  ['an unknown option', ['review', 'x.mbox', '--tre', 'y'], /^abbot: unknown option '--tre'; did you mean --tree\?/],
  ['an unknown command', ['revew'], /^abbot: unknown command 'revew'; did you mean review\?/],
  ['a missing input', ['review'], /^abbot: missing required argument 'input'; see abbot --help/],
  [
    'an unknown format',
    ['review', 'x', '--format', 'xml'],
    /^abbot: option '--format <format>' argument 'xml' is invalid/,
  ],
  ['a version that is none', ['review', 'x', '--pick', 'ten'], /^abbot: .*version number/],
  ['workers that are none', ['index', '--workers', '0'], /^abbot: .*number from 1 to 64/],
  ['too many locks', ['explain', 'a', 'b', 'c'], /^abbot: too many arguments/],
  ['explain without a tree', ['explain', 'a', 'b'], /^abbot: no tree is given: .*; add --tree DIR/],
])('%s is a usage error in one line', async (_name, args, line) => {
  const run = await abbot.run(args);
  expect(run.stderr).toMatch(line);
  expect(run.stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(run).toMatchObject({ code: 2, stdout: '' });
});

test('no command prints the help and is a usage error', async () => {
  const run = await abbot.run([]);
  expect(run.code).toBe(2);
  expect(run.stderr).toContain('Usage: abbot');
});

test('a reader that goes away is no error', async () => {
  const main = join(abbot.folder, 'dist', 'cli', 'main.js');
  const child = spawn(process.execPath, [main, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
});

test('nothing heavy is imported before a command is called', () => {
  const seen = new Set<string>();
  const packages = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) [^;]*?from ['"]([^'"]+)['"]/gm,
    )) {
      if (from.startsWith('.')) visit(join(file, '..', from));
      else packages.add(from.replace(/^node:.*/, 'node:'));
    }
  };
  visit(join(abbot.folder, 'dist', 'cli', 'main.js'));
  expect([...packages]).toEqual(['node:']);
  visit(join(abbot.folder, 'dist', 'cli', 'program.js'));
  expect([...packages]).toEqual(['node:']);
  // The packages are in the bundle: that of the options is the only one that may be read yet.
  const text = [...seen].map((file) => readFileSync(file, 'utf8')).join('');
  expect(text).toContain('node_modules/commander/');
  for (const heavy of ['zod', 'yaml', 'simple-git', 'htmlparser2', 'postal-mime'])
    expect(text).not.toContain(`node_modules/${heavy}/`);
});
