import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { epochBefore, epochHead, findEpochs, readEpoch } from '../../src/sources/index.ts';
import { openEpoch } from './epoch-repository.ts';
import { rawMail } from './mails.ts';

const folders: string[] = [];
const folder = () => {
  folders.push(mkdtempSync(join(tmpdir(), 'abbot-epoch-')));
  return folders.at(-1)!;
};
afterEach(() => {
  for (const name of folders.splice(0)) rmSync(name, { recursive: true, force: true });
});
const mail = (n: number, body = 'x\n') => rawMail({ subject: `mail ${n}`, id: `${n}@test`, body });

async function read(epoch: string, since: string | null = null) {
  const head = await epochHead(epoch);
  if (!head.ok || head.value === null) return [];
  const found: string[] = [];
  for await (const item of readEpoch(epoch, since, head.value)) {
    if (!item.ok) throw new Error(item.fault.what);
    found.push(
      `${item.value.kind} ${/mail \d+/.exec(item.value.bytes?.toString() ?? '')?.[0]} ${item.value.bytes?.length}`,
    );
  }
  return found;
}

describe('an epoch of public-inbox', () => {
  test('gives its mails in order, byte for byte, and what was deleted', async () => {
    const epoch = openEpoch(folder());
    const large = mail(2, 'y\n'.repeat(300_000));
    epoch.add([mail(1), large, mail(3)]);
    epoch.remove(mail(1));
    epoch.add([mail(4)]);
    expect(await read(epoch.path)).toEqual([
      `mail mail 1 ${mail(1).length}`,
      `mail mail 2 ${large.length}`,
      `mail mail 3 ${mail(3).length}`,
      `deleted mail 1 ${mail(1).length}`,
      `mail mail 4 ${mail(4).length}`,
    ]);
  });

  test('gives only what is new since a commit', async () => {
    const epoch = openEpoch(folder());
    epoch.add([mail(1), mail(2)]);
    const head = await epochHead(epoch.path);
    epoch.add([mail(3)]);
    expect((await read(epoch.path, head.ok ? head.value : null)).map((line) => line.split(' ')[2])).toEqual(['3']);
  });

  test('is read anew when its history was rewritten', async () => {
    const epoch = openEpoch(folder());
    epoch.add([mail(1), mail(2)]);
    expect(await read(epoch.path, '1'.repeat(40))).toHaveLength(2);
  });

  test('without a commit is empty', async () => {
    expect(await epochHead(openEpoch(folder()).path)).toEqual({ ok: true, value: null });
  });

  test('tells the last commit before a time', async () => {
    const epoch = openEpoch(folder());
    epoch.add([mail(1), mail(2), mail(3)]);
    const before = await epochBefore(epoch.path, epoch.timeOf(2));
    expect(await read(epoch.path, before.ok ? before.value : null)).toHaveLength(1);
  });

  test('is found by the folder of its inbox', async () => {
    const top = folder();
    execFileSync('git', ['init', '-q', '--bare', join(top, 'git', '0.git')]);
    execFileSync('git', ['init', '-q', '--bare', join(top, 'git', '10.git')]);
    execFileSync('git', ['init', '-q', '--bare', join(top, 'git', '2.git')]);
    const found = await findEpochs(top);
    expect(found.ok && found.value.map((path) => path.split('/').at(-1))).toEqual(['0.git', '2.git', '10.git']);
    expect(await findEpochs(join(top, 'nothing'))).toMatchObject({ ok: false, fault: { code: 'input/not-found' } });
  });
});
