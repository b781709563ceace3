import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { directoryTree } from '../../src/tree/directory-tree.ts';
import { collect, opened, paths, refused, text } from './opened.ts';
import { temporaryFolder, temporaryRepository } from './repository.ts';

const TREE = { 'drivers/a.c': 'int a;\n', 'include/a.h': 'extern int a;\n', MAINTAINERS: 'A\n', Makefile: 'all:\n' };

describe('a plain directory', () => {
  test('lists C-like files and MAINTAINERS with their size, without reading them', async () => {
    const tree = await opened(
      temporaryFolder({ ...TREE, 'x.c.inc': '', 'README.md': '', noext: '', 'sub.c/readme': '' }),
    );
    expect(await tree.list()).toEqual([
      { path: 'MAINTAINERS', blob: null, size: 2 },
      { path: 'drivers/a.c', blob: null, size: 7 },
      { path: 'include/a.h', blob: null, size: 14 },
      { path: 'x.c.inc', blob: null, size: 0 },
    ]);
    expect([tree.kind, tree.revision]).toEqual(['directory', 'directory']);
  });

  test('computes the blob id as git does, when asked', async () => {
    const tree = await opened(temporaryFolder(TREE));
    expect(await tree.blobId('drivers/a.c')).toBe('4e610c04d58371663d95ca8237eea260b08f090c');
    expect(await tree.blobId('none.c')).toBeNull();
  });

  test('reads files of any sort, and many in the order asked for', async () => {
    const tree = await opened(temporaryFolder(TREE));
    expect(await text(tree, 'Makefile')).toBe('all:\n');
    expect(await collect(tree.readMany(['include/a.h', 'none', 'drivers/a.c']))).toEqual([
      ['include/a.h', 'extern int a;\n'],
      ['none', null],
      ['drivers/a.c', 'int a;\n'],
    ]);
  });

  test('has the same id for the same sources, whenever they were written', async () => {
    const folder = temporaryFolder(TREE);
    const id = async () => (await opened(folder)).id;
    const first = await id();
    expect(await id()).toBe(first);
    utimesSync(join(folder, 'drivers/a.c'), 1000, 1000);
    expect(await id()).toBe(first);
    writeFileSync(join(folder, 'drivers/a.c'), 'int other;\n');
    utimesSync(join(folder, 'drivers/a.c'), 1000, 1000);
    expect(await id()).not.toBe(first);
  });

  test('never follows a symbolic link, of a file or of a folder, and records both', async () => {
    const outside = temporaryFolder({ 'secret.c': 'int secret;\n' });
    const folder = temporaryFolder(TREE);
    symlinkSync(join(outside, 'secret.c'), join(folder, 'link.c'));
    symlinkSync(outside, join(folder, 'linked'));
    symlinkSync('..', join(folder, 'drivers/up'));
    const tree = await opened(folder);
    expect(await paths(tree)).toEqual(['MAINTAINERS', 'drivers/a.c', 'include/a.h']);
    expect((await tree.leftOut()).symlinks).toEqual(['drivers/up', 'link.c', 'linked']);
    for (const path of ['link.c', 'linked/secret.c', 'drivers/up/Makefile']) expect(await tree.read(path)).toBeNull();
  });

  test.each(['../secret.c', '/etc/passwd', 'drivers/../Makefile', './Makefile', 'drivers//a.c', 'a\0b', '', '.'])(
    'the path %j is not in it',
    async (path) => {
      const tree = await opened(temporaryFolder(TREE));
      expect(await tree.has(path)).toBe(false);
      expect(await tree.read(path)).toBeNull();
    },
  );

  test('a file swapped for a symbolic link after the listing is not followed', async () => {
    const folder = temporaryFolder(TREE);
    const tree = await opened(folder);
    rmSync(join(folder, 'drivers/a.c'));
    symlinkSync('/etc/passwd', join(folder, 'drivers/a.c'));
    expect(await tree.read('drivers/a.c')).toBeNull();
    expect((await tree.leftOut()).unreadable).toEqual(['drivers/a.c']);
  });

  test('a pipe is no file and does not block', async () => {
    const folder = temporaryFolder(TREE);
    execFileSync('mkfifo', [join(folder, 'pipe.c')]);
    expect(await paths(await opened(folder))).not.toContain('pipe.c');
  });

  test('skips tools’ folders and build output, and says so', async () => {
    const folder = temporaryFolder({
      ...TREE,
      '.pc/old.c': '',
      'include/generated/autoconf.h': '',
      'arch/x86/include/generated/asm.h': '',
      'drivers/generated/keep.c': '',
      'out/.config': '',
      'out/kernel/built.c': '',
    });
    symlinkSync('..', join(folder, 'out/source'));
    const tree = await opened(folder);
    expect((await tree.leftOut()).skipped).toEqual(['.pc', 'arch/x86/include/generated', 'include/generated', 'out']);
    expect(await paths(tree)).toEqual(['MAINTAINERS', 'drivers/a.c', 'drivers/generated/keep.c', 'include/a.h']);
  });

  test('a folder inside a repository is a plain directory with its files as they are now', async () => {
    const folder = temporaryRepository(TREE);
    writeFileSync(join(folder, 'drivers/new.c'), '');
    expect(await paths(await opened(join(folder, 'drivers')))).toEqual(['a.c', 'new.c']);
  });

  test('a folder deep enough to trouble recursion is no trouble', async () => {
    const folder = temporaryFolder({ 'a.c': '' });
    const deep = Array.from({ length: 400 }, () => 'd').join('/');
    mkdirSync(join(folder, deep), { recursive: true });
    writeFileSync(join(folder, deep, 'x.c'), '');
    expect(await paths(await opened(folder))).toEqual(['a.c', `${deep}/x.c`]);
  });

  test.skipIf(process.getuid?.() === 0)('a folder without permission is recorded', async () => {
    const folder = temporaryFolder({ ...TREE, 'closed/x.c': '' });
    chmodSync(join(folder, 'closed'), 0);
    expect((await (await opened(folder)).leftOut()).unreadable).toEqual(['closed']);
    chmodSync(join(folder, 'closed'), 0o700);
  });
});

describe('a tree that is none', () => {
  test('a path that does not exist', async () => {
    const folder = temporaryFolder();
    expect(await refused(join(folder, 'none'))).toBe(
      `tree/not-a-tree: there is no directory ${folder}/none; name a directory with C sources or a git repository with --tree`,
    );
  });

  test('a file', async () => {
    const folder = temporaryFolder({ 'a.c': '' });
    expect(await refused(join(folder, 'a.c'))).toMatch(/^tree\/not-a-tree: .*a\.c is not a directory;/);
  });

  test('a directory without C source', async () => {
    const folder = temporaryFolder({ 'README.md': 'x', MAINTAINERS: 'x' });
    expect(await refused(folder)).toMatch(/^tree\/not-a-tree: .* holds no C source;/);
  });

  test('a folder with more files than any source tree has', () => {
    expect(
      directoryTree(temporaryFolder({ 'a.c': '', 'b.c': '', 'sub/c.c': '' }), {
        cacheDir: null,
        trust: false,
        limit: 2,
      }),
    ).toMatchObject({
      ok: false,
      fault: { code: 'tree/not-a-tree', what: expect.stringMatching(/ holds more than 2 files$/) },
    });
  });

  test('a revision of a plain directory', async () => {
    const folder = temporaryFolder(TREE);
    expect(await refused(folder, 'v6.12')).toBe(
      `tree/no-revision: ${folder} is a plain directory, so it has no revision 'v6.12'; leave the revision out, or name the top folder of a git repository`,
    );
  });
});
