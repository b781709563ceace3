import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { explain } from '../../src/outcome/index.ts';
import { lockFolder } from '../../src/store/folder-lock.ts';
import { attempt, type DatabasePlace, databasePlace, keepDelivery, openStore } from '../../src/store/index.ts';
import { type Databases, ENGINES, modelFolder, startDatabases } from '../servers/databases.ts';
import { PASSWORD, USER } from '../servers/postgres.ts';

const folders: string[] = [];
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'abbot-faults-'));
  folders.push(folder);
  return folder;
}
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}, 60_000);

/** The one line of what opening a place fails with. */
async function lineOf(place: DatabasePlace): Promise<string> {
  const store = await openStore(place);
  if (!store.ok) return explain(store.fault);
  await store.value.close();
  return 'opened';
}

describe.each(ENGINES)('a place on %s', (engine) => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await startDatabases(engine);
  }, 120_000);
  afterAll(() => databases?.remove(), 60_000);

  test('that a newer abbot has used is left alone, and said', async () => {
    const place = databases.place();
    const store = await openStore(place);
    if (!store.ok) throw new Error(store.fault.what);
    const run = (text: string) => store.value.db.executeQuery(CompiledQuery.raw(text));
    await run("insert into kysely_migration values ('9999-later', '2099-01-01T00:00:00Z')");
    await store.value.close();
    expect(await lineOf(place)).toMatch(
      /^the database was made by a newer abbot \(.*\): it has the step 9999-later; install the newer abbot again/,
    );
  });

  test('is opened again and again without being changed', async () => {
    const place = databases.place();
    expect([await lineOf(place), await lineOf(place)]).toEqual(['opened', 'opened']);
  });

  if (engine === 'postgres')
    test('with a wrong password, user or database is one line without the password', async () => {
      const port = databases.server?.port;
      const lines = await Promise.all(
        [`${USER}:wrong-word@127.0.0.1:${port}/postgres`, `${USER}:${PASSWORD}@127.0.0.1:${port}/nowhere`].map(
          (rest) => {
            const place = databasePlace(`postgres://${rest}`, '');
            return place.ok ? lineOf(place.value) : '';
          },
        ),
      );
      expect(lines[0]).toMatch(/^the database refuses the user or the password \(postgres:\/\/abbot@127/);
      expect(lines[1]).toMatch(/^there is no database of that name \(postgres:\/\/abbot@127.*nowhere/);
      for (const line of lines) expect(line).not.toMatch(new RegExp(`wrong-word|${PASSWORD}|\\n`));
    });
});

describe('a folder of PGlite', () => {
  const spoiled = async (spoil: (data: string) => void): Promise<DatabasePlace> => {
    const folder = newFolder();
    execFileSync('cp', ['-r', `${await modelFolder()}/.`, folder]);
    spoil(join(folder, 'pgdata'));
    return { engine: 'pglite', folder };
  };

  test.each<[string, (data: string) => void]>([
    ['without its control file', (data) => rmSync(join(data, 'global', 'pg_control'))],
    ['with an empty control file', (data) => truncateSync(join(data, 'global', 'pg_control'))],
    ['of another PostgreSQL', (data) => writeFileSync(join(data, 'PG_VERSION'), '9.6\n')],
    ['without its log', (data) => rmSync(join(data, 'pg_wal'), { recursive: true })],
    ['that is not whole', (data) => rmSync(join(data, 'PG_VERSION'))],
  ])('%s is one line, and nothing in it is made anew', async (_name, spoil) => {
    const place = await spoiled(spoil);
    expect(await lineOf(place)).toMatch(/^the database in \S+ cannot be opened: [^\n]+; put a copy of the folder back/);
    const folder = (place as { folder: string }).folder;
    expect(existsSync(join(folder, 'lock'))).toBe(false);
  });

  test('that cannot be made is one line', async () => {
    const folder = join(newFolder(), 'file');
    writeFileSync(folder, '');
    expect(await lineOf({ engine: 'pglite', folder })).toMatch(/^\S+file cannot be used for the database: EEXIST/);
  });

  test.runIf(canMount())(
    'on a disk that fills up refuses to write, and goes on when there is room',
    async () => {
      const mount = newFolder();
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=110m', 'tmpfs', mount]);
      try {
        const folder = join(mount, 'database');
        execFileSync('cp', ['-r', await modelFolder(), folder]);
        const opened = await openStore({ engine: 'pglite', folder });
        if (!opened.ok) throw new Error(opened.fault.what);
        const store = opened.value;
        const write = (id: string) =>
          attempt(store, () =>
            keepDelivery(store, { id, event: 'push', action: null, repository: null, payload: { id } }),
          );
        expect((await write('before')).ok).toBe(true);
        const ballast = join(mount, 'ballast');
        const left = Number(execFileSync('stat', ['-f', '-c', '%a', mount], { encoding: 'utf8' })) * 4096;
        writeFileSync(ballast, Buffer.alloc(left - (8 << 20)));
        await until(async () => !(await write('during')).ok);
        const refused = await write('during too');
        expect(refused.ok ? '' : explain(refused.fault)).toMatch(/^the disk of the database is full .*; make room/);
        rmSync(ballast);
        await until(async () => (await write('after')).ok);
        await store.close();
        const full = Buffer.alloc(Number(execFileSync('stat', ['-f', '-c', '%a', mount], { encoding: 'utf8' })) * 4096);
        writeFileSync(ballast, full);
        expect(await lineOf({ engine: 'pglite', folder })).toMatch(/^the disk of the database is full/);
        rmSync(ballast);
        expect(await lineOf({ engine: 'pglite', folder })).toBe('opened');
      } finally {
        execFileSync('umount', [mount]);
      }
    },
    60_000,
  );
});

describe('the lock of a folder', () => {
  test('is held by one, and free again when it is released', async () => {
    const folder = newFolder();
    const first = await lockFolder(folder);
    const second = await lockFolder(folder);
    expect([first.ok, second.ok ? '' : second.fault.what]).toEqual([
      true,
      `${folder} is in use by process ${process.pid} on ${hostname()}`,
    ]);
    if (first.ok) await first.value.release();
    expect((await lockFolder(folder)).ok).toBe(true);
  });

  test.each<[string, unknown, boolean]>([
    ['a process that is gone', { pid: 2 ** 22 + 1, host: hostname(), began: null }, true],
    ['a process whose number another one has by now', { pid: process.pid, host: hostname(), began: '1' }, true],
    ['a process of another machine', { pid: 1, host: 'elsewhere.invalid', began: null }, false],
    ['nobody', 'not what a lock holds', true],
  ])('of %s', async (_name, content, free) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'lock'), JSON.stringify(content));
    expect((await lockFolder(folder)).ok).toBe(free);
  });

  test('that is stale is taken over by one of many that come at once', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, host: hostname(), began: null }));
    const all = await Promise.all(Array.from({ length: 8 }, () => lockFolder(folder)));
    expect(all.filter(({ ok }) => ok)).toHaveLength(1);
    expect(JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'))).toMatchObject({ pid: process.pid });
  });
});

async function until(check: () => Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 30_000; Date.now() < end && !(await check()); )
    await new Promise((resolve) => setTimeout(resolve, 200));
}

/** A small disk of our own needs root and a kernel that lets it mount. */
function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  const probe = newFolder();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe], { stdio: 'ignore' });
    execFileSync('umount', [probe]);
    return true;
  } catch {
    console.warn('a tmpfs cannot be mounted here: the test with a full disk is left out');
    return false;
  }
}
