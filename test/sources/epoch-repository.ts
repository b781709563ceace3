import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const START = 1_772_000_000;

/** A bare repository that grows as an epoch of public-inbox does: one mail a commit, in the file `m`, a minute apart. */
export function openEpoch(folder: string) {
  const path = join(folder, '0.git');
  execFileSync('git', ['init', '-q', '--bare', '--initial-branch=master', path]);
  let commits = 0;
  const commit = (file: 'm' | 'd', mail: string, first: boolean): Buffer => {
    const bytes = Buffer.from(mail);
    const who = `Ada <ada@example.org> ${START + commits * 60} +0000`;
    const from = first && commits > 0 ? 'from refs/heads/master^0\n' : '';
    commits++;
    const head = `commit refs/heads/master\nauthor ${who}\ncommitter ${who}\ndata 1\nx\n${from}deleteall\n`;
    return Buffer.concat([
      Buffer.from(`${head}M 100644 inline ${file}\ndata ${bytes.length}\n`),
      bytes,
      Buffer.from('\n'),
    ]);
  };
  const load = (parts: readonly Buffer[]) =>
    execFileSync('git', ['-C', path, 'fast-import', '--quiet'], { input: Buffer.concat(parts) });
  return {
    path,
    add: (mails: readonly string[]) => load(mails.map((mail, i) => commit('m', mail, i === 0))),
    remove: (mail: string) => load([commit('d', mail, true)]),
    /** When commit `n` (from 0) was made, in milliseconds. */
    timeOf: (n: number) => (START + n * 60) * 1000 - 1,
  };
}
