// Builds a public-inbox epoch (a bare repository, one commit a mail, in the file `m`) by repeating real mails.
import { spawn } from 'node:child_process';
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { splitMails } from '../dist/mail/read-mbox.js';

const FOLDERS = ['lock-series', 'multi-version', 'oddities', 'seed-series'];

/** Writes `count` mails of `corpus` into the new repository `git`, each round of the corpus under new message-ids. */
export async function buildEpoch(corpus, git, count) {
  const mails = [];
  for (const folder of FOLDERS)
    for (const file of readdirSync(join(corpus, folder), { recursive: true }).sort())
      if (/\.(mbox|eml)$/.test(file))
        for await (const raw of splitMails(createReadStream(join(corpus, folder, file))))
          if (raw.kind === 'mail') mails.push(raw.bytes);
  await run('git', ['init', '-q', '--bare', git]);
  const child = spawn('git', ['-C', git, 'fast-import', '--quiet', '--date-format=raw'], {
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const ended = new Promise((done) => child.on('close', done));
  const write = async (data) => child.stdin.write(data) || (await new Promise((go) => child.stdin.once('drain', go)));
  for (let i = 0; i < count; i++) {
    const mail = renamed(mails[i % mails.length], Math.floor(i / mails.length));
    await write(
      Buffer.concat([
        Buffer.from(
          `commit refs/heads/master\ncommitter a <a@b.c> ${1_700_000_000 + i} +0000\ndata 0\nM 100644 inline m\ndata ${mail.length}\n`,
        ),
        mail,
        Buffer.from('\n'),
      ]),
    );
  }
  child.stdin.end('done\n');
  if ((await ended) !== 0) throw new Error('git fast-import failed');
}

/** The mail under other message-ids; what it answers is renamed in the same way, so that threads stay threads. */
function renamed(bytes, round) {
  const end = bytes.indexOf('\n\n') < 0 ? bytes.length : bytes.indexOf('\n\n');
  const head = bytes
    .toString('latin1', 0, end)
    .replace(/^(Message-ID|In-Reply-To|References):.*(?:\n[ \t].*)*/gim, (field) =>
      field.replace(/<(?=[^<>\s]+@)/g, `<${round}.`),
    );
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes.subarray(end)]);
}

async function run(command, args) {
  const code = await new Promise((done) => spawn(command, args, { stdio: 'inherit' }).on('close', done));
  if (code !== 0) throw new Error(`${command} ${args[0]} ended with ${code}`);
}
