import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { cacheFolder } from '../../src/tree/index.ts';
import { temporaryFolder } from './repository.ts';

describe('the cache folder', () => {
  test('is ABBOT_CACHE, made when it is asked for', () => {
    const folder = join(temporaryFolder(), 'deep/cache');
    expect(cacheFolder({ ABBOT_CACHE: folder, XDG_CACHE_HOME: '/nowhere' })).toEqual({ ok: true, value: folder });
    expect(existsSync(folder)).toBe(true);
  });

  test('is else a folder of XDG_CACHE_HOME', () => {
    const folder = temporaryFolder();
    expect(cacheFolder({ XDG_CACHE_HOME: folder })).toEqual({ ok: true, value: join(folder, 'abbot') });
  });

  test('ignores a relative XDG_CACHE_HOME, as its specification says', () => {
    const outcome = cacheFolder({ XDG_CACHE_HOME: 'relative' });
    expect(outcome.ok ? outcome.value : outcome.fault.what).toContain(join(homedir(), '.cache/abbot'));
  });

  test('that cannot be made is a clear fault', () => {
    const folder = temporaryFolder({ file: '' });
    const outcome = cacheFolder({ ABBOT_CACHE: join(folder, 'file/cache') });
    expect(outcome).toMatchObject({
      ok: false,
      fault: { code: 'cache/unwritable', what: `cannot write to the cache folder ${folder}/file/cache` },
    });
  });
});
