// From a link to the version before: abbot beside `b4 diff`, both asking the same real public-inbox server.
//
//   node bench/retrieve.mjs [--corpus ../shared/corpus]
//
// A case is the last version of a series of the corpus; found means that all patches of the version before are brought,
// by its message-ids. Neither keeps anything from case to case. Prints who found what, requests and seconds; asserts
// nothing. Needs Debian's public-inbox and b4, and `npm run build` first.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readMails } from '../dist/mail/index.js';
import { groupSeries, linkVersions } from '../dist/series/index.js';
import { createHttpClient, gather, readHosts } from '../dist/sources/index.js';

const { values } = parseArgs({
  options: { corpus: { type: 'string', default: resolve(process.env.ABBOT_SHARED ?? '../shared', 'corpus') } },
});
for (const tool of ['b4', 'public-inbox-httpd'])
  if (spawnSync(tool, ['--help']).error) {
    console.log(`skipped: there is no ${tool} here`);
    process.exit(0);
  }

const top = mkdtempSync(join(tmpdir(), 'abbot-retrieve-'));
const backend = 18_000 + (process.pid % 1000);
const front = backend + 1000;
const origin = `http://127.0.0.1:${front}`;
const env = { PATH: process.env.PATH, HOME: top, PI_CONFIG: join(top, 'config') };
let asked = 0;

try {
  const series = await corpusSeries();
  const server = await serveInbox(series.flatMap(({ raw }) => raw));
  const rows = [];
  for (const { name, last, before } of series) {
    if (before.length === 0) continue;
    rows.push([name, await byAbbot(last[0], before), await byB4(last[0])]);
  }
  console.log('| series | abbot: found, requests, s | b4 diff: found, requests, s |\n|---|---|---|');
  const cell = ({ found, requests, seconds }) => `${found ? 'yes' : 'no'}, ${requests}, ${seconds.toFixed(1)}`;
  for (const [name, a, b] of rows) console.log(`| ${name} | ${cell(a)} | ${cell(b)} |`);
  const count = (i) => rows.filter((row) => row[i].found).length;
  console.log(`| all ${rows.length} | ${count(1)} found | ${count(2)} found |`);
  server.kill('SIGKILL');
} finally {
  rmSync(top, { recursive: true, force: true });
}
process.exit(0);

/** Every series of the corpus: its mails, and the ids of the patches of its last version and of the one before. */
async function corpusSeries() {
  const folders = [
    'seed-series',
    ...readdirSync(join(values.corpus, 'lock-series')).map((n) => join('lock-series', n)),
  ];
  const found = [];
  for (const name of folders) {
    const files = readdirSync(join(values.corpus, name))
      .filter((file) => /\.(?:eml|mbox)$/.test(file))
      .map((file) => join(values.corpus, name, file));
    const mails = [];
    for await (const item of readMails(files)) if (item.ok) mails.push(item.value);
    const lineage = linkVersions(groupSeries(mails).series).sort((a, b) => b.versions.length - a.versions.length)[0];
    const known = lineage.versions.flatMap(({ series }) => (series ? [series.patches.map((p) => p.messageId)] : []));
    const raw = files.flatMap((file) => split(readFileSync(file, 'latin1')));
    found.push({ name, raw, last: known.at(-1) ?? [], before: known.at(-2) ?? [] });
  }
  return found;
}

function split(text) {
  if (!text.startsWith('From ')) return [Buffer.from(text, 'latin1')];
  return text
    .split(/^From \S+ .*\d{4}\n(?=[A-Z][\w-]+:)/m)
    .filter((mail) => mail.trim() !== '')
    .map((mail) => Buffer.from(mail, 'latin1'));
}

/** The server with all mails in one list, behind a front that counts requests. */
async function serveInbox(mails) {
  const folder = join(top, 'kernel');
  const run = (command, args, input) =>
    execFileSync(command, args, { env, cwd: top, input, stdio: ['pipe', 'ignore', 'ignore'] });
  run('public-inbox-init', ['-V2', '-L', 'full', 'kernel', folder, `${origin}/kernel`, 'kernel@list.example']);
  appendFileSync(env.PI_CONFIG, `[extindex "all"]\n\ttopdir = ${join(top, 'all')}\n\turl = ${origin}/all\n`);
  mkdirSync(join(top, 'all'));
  const commits = mails.map((mail, i) => {
    const who = `a <a@example.org> ${1_772_000_000 + i * 60} +0000`;
    const head = `commit refs/heads/master\nauthor ${who}\ncommitter ${who}\ndata 1\nx\n`;
    return Buffer.concat([
      Buffer.from(`${head}deleteall\nM 100644 inline m\ndata ${mail.length}\n`),
      mail,
      Buffer.from('\n'),
    ]);
  });
  run('git', ['-C', join(folder, 'git', '0.git'), 'fast-import', '--quiet'], Buffer.concat(commits));
  run('public-inbox-index', ['--no-fsync', '-j0', '-L', 'full', folder]);
  run('public-inbox-extindex', ['--no-fsync', '-j0', '--all', '-L', 'full', join(top, 'all')]);
  const child = spawn('public-inbox-httpd', ['-W0', '-l', `127.0.0.1:${backend}`], { env, cwd: top, stdio: 'ignore' });
  const proxy = createServer(async (request, response) => {
    asked++;
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const method = request.method ?? 'GET';
    const answer = await fetch(`http://127.0.0.1:${backend}${request.url}`, {
      method,
      headers: { 'content-type': request.headers['content-type'] ?? 'text/plain' },
      ...(method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
    });
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' });
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((ready) => proxy.listen(front, '127.0.0.1', ready));
  for (let i = 0; i < 100; i++) {
    const up = await fetch(`http://127.0.0.1:${backend}/kernel/`).catch(() => null);
    if (up?.ok) break;
    await new Promise((wait) => setTimeout(wait, 100));
  }
  return child;
}

async function byAbbot(id, before) {
  const hosts = readHosts([origin]);
  const client = createHttpClient({
    edge: { fetch, now: Date.now, sleep: (ms) => new Promise((wake) => setTimeout(wake, ms)) },
    hosts: hosts.value,
    userAgent: 'abbot/bench',
  });
  const [requests, began] = [asked, performance.now()];
  const inputs = [`${origin}/all/${encodeURIComponent(id)}/`];
  const got = await gather({ inputs, client, inbox: origin, repository: top, budget: 24, exists: () => false });
  const ids = new Set(got.ok ? got.value.items.flatMap((item) => (item.ok ? [item.value.messageId] : [])) : []);
  return {
    found: before.every((mail) => ids.has(mail)),
    requests: asked - requests,
    seconds: (performance.now() - began) / 1000,
  };
}

/** `b4 diff -n` looks for the version before, one search for its subject and author. */
async function byB4(id) {
  const repository = join(top, 'repository');
  rmSync(repository, { recursive: true, force: true });
  execFileSync('git', ['init', '-q', repository], { env });
  const config = ['[user]', 'name = a', 'email = a@b.c', '[b4]', 'attestation-policy = off'];
  config.push(
    `midmask = ${origin}/all/%s`,
    `searchmask = "${origin}/all/?x=m&t=1&q=%s"`,
    `linkmask = ${origin}/all/%s`,
  );
  writeFileSync(join(top, '.gitconfig'), config.join('\n'));
  const [requests, began] = [asked, performance.now()];
  const run = await new Promise((done) => {
    let said = '';
    const child = spawn('b4', ['--no-interactive', 'diff', '-n', '-C', id], { cwd: repository, env });
    child.stdout.on('data', (text) => {
      said += text;
    });
    child.stderr.on('data', (text) => {
      said += text;
    });
    child.on('close', () => done(said));
  });
  // It says which version it makes into commits, and then misses the blobs, which this repository does not have.
  return {
    found: /fake-am for v\d+/.test(run),
    requests: asked - requests,
    seconds: (performance.now() - began) / 1000,
  };
}
