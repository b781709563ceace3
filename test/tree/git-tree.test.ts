import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collect, opened, paths, refused, text } from './opened.ts';
import { commitAll, git, temporaryFolder, temporaryRepository, writeFiles } from './repository.ts';

const TREE = { 'drivers/a.c': 'int a;\n', 'include/a.h': 'extern int a;\n', MAINTAINERS: 'A\n', Makefile: 'all:\n' };

describe('a git repository', () => {
  test('lists C-like files and MAINTAINERS with blob id, size and mode, sorted by path', async () => {
    const tree = await opened(temporaryRepository(TREE));
    expect(await tree.list()).toEqual([
      { path: 'MAINTAINERS', blob: 'f70f10e4db19068f79bc43844b49f3eece45c4e8', size: 2, mode: '100644' },
      { path: 'drivers/a.c', blob: '4e610c04d58371663d95ca8237eea260b08f090c', size: 7, mode: '100644' },
      { path: 'include/a.h', blob: 'ec770476c21c46da3439b1c900f032985c21a447', size: 14, mode: '100644' },
    ]);
    expect((await tree.list())[1]?.blob).toBe(git(tree.root, 'rev-parse', 'HEAD:drivers/a.c'));
  });

  test('says which commit and which tree it is', async () => {
    const folder = temporaryRepository(TREE);
    const tree = await opened(folder);
    expect([tree.kind, tree.root]).toEqual(['git', folder]);
    expect(tree.revision).toBe(git(folder, 'rev-parse', 'HEAD'));
    expect(tree.id).toBe(git(folder, 'rev-parse', 'HEAD^{tree}'));
  });

  test('reads files of any sort as they are in the revision, not in the work tree', async () => {
    const folder = temporaryRepository(TREE);
    git(folder, 'tag', 'v1');
    writeFiles(folder, { 'drivers/a.c': 'int changed;\n' });
    commitAll(folder, 'second');
    writeFiles(folder, { 'drivers/a.c': 'int dirty;\n' });
    expect(await text(await opened(folder, 'v1'), 'drivers/a.c')).toBe('int a;\n');
    expect(await text(await opened(folder), 'drivers/a.c')).toBe('int changed;\n');
    expect(await text(await opened(folder), 'Makefile')).toBe('all:\n');
  });

  test('reads a bare repository', async () => {
    const folder = temporaryRepository(TREE);
    const bare = join(temporaryFolder(), 'bare.git');
    git(folder, 'clone', '-q', '--bare', folder, bare);
    expect(await text(await opened(bare, 'main'), 'include/a.h')).toBe('extern int a;\n');
  });

  test('reads a linked work tree, where .git is a file', async () => {
    const folder = temporaryRepository(TREE);
    const linked = join(temporaryFolder(), 'linked');
    git(folder, 'worktree', 'add', '-q', '--detach', linked);
    expect((await opened(linked)).revision).toBe(git(folder, 'rev-parse', 'HEAD'));
  });

  test('reads a repository whose object ids are SHA-256', async () => {
    const folder = temporaryFolder(TREE);
    git(folder, 'init', '-q', '--object-format=sha256');
    commitAll(folder, 'first');
    const tree = await opened(folder);
    expect(tree.id).toMatch(/^[0-9a-f]{64}$/);
    expect(await text(tree, 'drivers/a.c')).toBe('int a;\n');
  });

  test('takes an annotated tag for the commit that it names', async () => {
    const folder = temporaryRepository(TREE);
    git(folder, 'tag', '-a', '-m', 'one', 'v1');
    expect((await opened(folder, 'v1')).revision).toBe(git(folder, 'rev-parse', 'HEAD'));
  });

  test('takes an abbreviated id, an expression, or the id of a tree as the revision', async () => {
    const folder = temporaryRepository(TREE);
    const first = git(folder, 'rev-parse', 'HEAD');
    writeFiles(folder, { 'b.c': '' });
    commitAll(folder, 'second');
    const id = git(folder, 'rev-parse', `${first}^{tree}`);
    expect((await opened(folder, first.slice(0, 12))).revision).toBe(first);
    expect((await opened(folder, 'HEAD~1')).revision).toBe(first);
    expect((await opened(folder, id)).revision).toBe(id);
  });

  test('gives binary content unchanged', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, i) => (i * 7) & 0xff);
    const tree = await opened(temporaryRepository({ 'a.c': '', 'logo.bin': bytes, 'empty.h': '' }));
    expect(Buffer.from((await tree.read('logo.bin')) ?? []).equals(bytes)).toBe(true);
    expect(await text(tree, 'empty.h')).toBe('');
  });

  test('reads many in the order asked for, and says null for what is not there', async () => {
    const files = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}.c`, `int f${i};\n`]));
    const tree = await opened(temporaryRepository(files));
    const wanted = [...Object.keys(files).reverse(), 'none.c'];
    expect(await collect(tree.readMany(wanted))).toEqual(wanted.map((path) => [path, files[path] ?? null]));
  });

  test('answers many reads at once, the same file twice among them', async () => {
    const tree = await opened(temporaryRepository(TREE));
    const both = await Promise.all([text(tree, 'drivers/a.c'), text(tree, 'include/a.h'), text(tree, 'drivers/a.c')]);
    expect(both).toEqual(['int a;\n', 'extern int a;\n', 'int a;\n']);
  });

  test('survives a reader that stops in the middle', async () => {
    const tree = await opened(temporaryRepository({ 'a.c': 'a', 'b.c': 'b', 'c.c': 'c' }));
    for await (const file of tree.readMany(['a.c', 'b.c', 'c.c'])) if (file.path === 'a.c') break;
    expect(await text(tree, 'c.c')).toBe('c');
  });

  test('reads again after it was closed', async () => {
    const tree = await opened(temporaryRepository(TREE));
    await text(tree, 'drivers/a.c');
    await tree.close();
    await tree.close();
    expect(await text(tree, 'drivers/a.c')).toBe('int a;\n');
  });

  test('has only regular files; symbolic links and submodules are recorded and not followed', async () => {
    const folder = temporaryRepository(TREE);
    symlinkSync('/etc/passwd', join(folder, 'evil.c'));
    git(folder, 'add', 'evil.c');
    git(folder, 'update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},vendor`);
    git(folder, 'commit', '-q', '-m', 'links');
    const tree = await opened(folder);
    expect(await tree.has('evil.c')).toBe(false);
    expect(await tree.read('evil.c')).toBeNull();
    expect(await paths(tree)).not.toContain('evil.c');
    expect(await tree.leftOut()).toMatchObject({ symlinks: ['evil.c'], submodules: ['vendor'] });
  });

  test('keeps names with spaces, line feeds, tabs and quotes', async () => {
    const odd = 'a dir/x\ny\t"z".c';
    const tree = await opened(temporaryRepository({ [odd]: 'odd' }));
    expect(await paths(tree)).toEqual([odd]);
    expect(await text(tree, odd)).toBe('odd');
  });

  test('notes an object that the repository has lost, and goes on', async () => {
    const folder = temporaryRepository(TREE);
    const blob = git(folder, 'rev-parse', 'HEAD:drivers/a.c');
    const file = join(folder, '.git/objects', blob.slice(0, 2), blob.slice(2));
    chmodSync(file, 0o600);
    rmSync(file);
    const tree = await opened(folder);
    expect(await tree.read('drivers/a.c')).toBeNull();
    expect(await text(tree, 'include/a.h')).toBe('extern int a;\n');
    expect((await tree.leftOut()).unreadable).toEqual(['drivers/a.c']);
  });

  test('runs nothing that the repository configures', async () => {
    const folder = temporaryRepository(TREE);
    const canary = join(temporaryFolder(), 'ran');
    writeFiles(folder, { 'drivers/a.c': 'int b;\n', '.gitattributes': '*.c filter=x diff=x\n' });
    for (const key of ['core.fsmonitor', 'core.pager', 'filter.x.smudge', 'diff.x.textconv', 'core.sshCommand'])
      git(folder, 'config', key, `touch ${canary}; cat`);
    const tree = await opened(folder);
    expect(await text(tree, 'drivers/a.c')).toBe('int a;\n');
    expect(existsSync(canary)).toBe(false);
  });

  test('leaves the repository as it was', async () => {
    const folder = temporaryRepository(TREE);
    const before = execFileSync('find', [folder, '-printf', '%p %s %T@\n']).toString();
    const tree = await opened(folder);
    await collect(tree.readMany(await paths(tree)));
    expect(execFileSync('find', [folder, '-printf', '%p %s %T@\n']).toString()).toBe(before);
  });
});

describe('a revision that cannot be used', () => {
  test('an unknown name is one clear line', async () => {
    const folder = temporaryRepository(TREE);
    expect(await refused(folder, 'v9.9')).toBe(
      `tree/no-revision: 'v9.9' is not a revision of ${folder}; check the name with \`git rev-parse\`, or fetch it first`,
    );
  });

  test.each(['--help', '--output=/tmp/abbot-x', '-h', '', 'a\nb', 'HEAD..', '../x', '@{', ':/nothing'])(
    'a hostile name %j is only a name',
    async (name) => {
      expect(await refused(temporaryRepository(TREE), name)).toMatch(/^tree\/no-revision: /);
    },
  );

  test('a repository without a commit says so', async () => {
    const folder = temporaryFolder({ 'a.c': '' });
    git(folder, 'init', '-q');
    expect(await refused(folder)).toMatch(/^tree\/no-revision: 'HEAD' .*: it has no commit yet;/);
  });

  test('a broken repository is told in git’s words', async () => {
    const folder = temporaryFolder({ 'a.c': '', '.git': 'gitdir: /nowhere\n' });
    expect(await refused(folder)).toMatch(
      /^tree\/git-failed: git rev-parse failed in .*: not a git repository: \/nowhere;/,
    );
  });

  test('the environment of a git hook does not point it elsewhere', async () => {
    const other = temporaryRepository({ 'other.c': '' });
    const folder = temporaryRepository(TREE);
    process.env['GIT_DIR'] = join(other, '.git');
    try {
      expect(await paths(await opened(folder))).toContain('drivers/a.c');
    } finally {
      delete process.env['GIT_DIR'];
    }
  });
});
