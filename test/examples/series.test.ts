import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { git, temporaryFolder } from '../tree/repository.ts';

const CHANNELS = 'drivers/port/channels.c';

/** The patch mails of one version, cover letter and replies left out. */
function patches(version: 'v1' | 'v2'): string[] {
  const mails = readFileSync(`examples/series/${version}.mbox`, 'utf8').split(/^From mboxrd@z .*\n/m);
  return mails.filter((mail) => /^diff --git /m.test(mail));
}

/** The example's tree in a repository, with the first `count` patches of a version applied by git itself. */
function applied(version: 'v1' | 'v2', count: number): string {
  const folder = temporaryFolder();
  cpSync(resolve('examples/tree'), folder, { recursive: true });
  git(folder, 'init', '-q');
  git(folder, 'add', '-A');
  for (const patch of patches(version).slice(0, count)) {
    execFileSync('git', ['apply', '--index', '-'], {
      cwd: folder,
      input: patch.slice(patch.indexOf('\ndiff --git') + 1),
    });
  }
  return folder;
}

function body(folder: string, name: string): string {
  const source = readFileSync(`${folder}/${CHANNELS}`, 'utf8');
  return new RegExp(`^[a-z].*\\b${name}\\([^)]*\\)\\n\\{\\n([^]*?)^\\}`, 'm').exec(source)?.[1] ?? '';
}

describe('the example series', () => {
  test.each(['v1', 'v2'] as const)('%s applies to the tree, patch by patch, without offset', (version) => {
    expect(patches(version)).toHaveLength(2);
    const folder = temporaryFolder();
    cpSync(resolve('examples/tree'), folder, { recursive: true });
    git(folder, 'init', '-q');
    git(folder, 'add', '-A');
    for (const patch of patches(version)) {
      const input = patch.slice(patch.indexOf('\ndiff --git') + 1);
      expect(() =>
        execFileSync('git', ['apply', '--index', '-v', '-'], { cwd: folder, input, stdio: 'pipe' }),
      ).not.toThrow();
      const after = /^index [0-9a-f]+\.\.([0-9a-f]+)/m.exec(patch)?.[1] ?? 'none';
      expect(git(folder, 'rev-parse', `:${CHANNELS}`)).toContain(after);
    }
  });

  test.each(['v1', 'v2'] as const)('%s takes the topology lock where the driver’s remove slot leads', (version) => {
    expect(body(applied(version, 1), 'port_disable_channels')).not.toContain('port_lock_topology');
    expect(body(applied(version, 2), 'port_disable_channels')).toContain('port_lock_topology');
  });

  test('patch 1/2 of v2 is not unchanged, as its changelog claims', () => {
    const [one, two] = (['v1', 'v2'] as const).map((version) => body(applied(version, 1), 'port_free_channels'));
    expect(one).not.toContain('nr_channels');
    expect(two).toContain('port->nr_channels = 0;');
  });

  test('patch 2/2 of v2 adds the lock to port_enable_channels(), as its changelog claims', () => {
    expect(body(applied('v1', 2), 'port_enable_channels')).not.toContain('port_lock_topology');
    expect(body(applied('v2', 2), 'port_enable_channels')).toContain('port_lock_topology');
  });
});
