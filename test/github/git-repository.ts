import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';

/** What one commit does to the files of its parent: new content, or null for a file that goes. */
export interface CommitSpec {
  readonly message: string;
  readonly files: Readonly<Record<string, string | null>>;
  /** `Name <mail>`; the seconds since 1970 come from the order of the commits, so that every run makes the same ids. */
  readonly author?: string;
}

const AUTHOR = 'Ada Author <ada@example.org>';
const FIRST_SECOND = 1_760_000_000;

/** git without the configuration of whoever runs the tests. */
function git(folder: string, args: readonly string[], input?: string): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    input: input ?? '',
    env: { PATH: process.env['PATH'], HOME: folder, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' },
    maxBuffer: 1 << 28,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Makes an empty bare repository that serves partial clones and any object, as GitHub does. */
export function makeRepository(root: string, name: string): string {
  const folder = join(root, `${name}.git`);
  mkdirSync(folder, { recursive: true });
  execFileSync('git', ['init', '-q', '--bare', '--initial-branch=master', folder]);
  for (const [key, value] of [
    ['uploadpack.allowFilter', 'true'],
    ['uploadpack.allowAnySHA1InWant', 'true'],
    ['http.receivepack', 'false'],
  ] as const)
    git(folder, ['config', key, value]);
  return folder;
}

/** Writes commits, one upon the other, on top of `parent` (null for a first commit); gives the ids and moves `ref`. */
export function writeCommits(
  folder: string,
  ref: string,
  parent: string | null,
  commits: readonly CommitSpec[],
  mergeOf: string | null = null,
): string[] {
  let stream = '';
  commits.forEach(({ message, files, author }, i) => {
    const who = `${author ?? AUTHOR} ${FIRST_SECOND + i * 60} +0000`;
    stream += `commit refs/scratch/new\nmark :${i + 1}\nauthor ${who}\ncommitter ${who}\n${data(message)}`;
    const from = i === 0 ? parent : `:${i}`;
    if (from !== null) stream += `from ${from}\n`;
    if (i === 0 && mergeOf !== null) stream += `merge ${mergeOf}\n`;
    for (const [path, content] of Object.entries(files))
      stream += content === null ? `D ${path}\n` : `M 100644 inline ${path}\n${data(content)}`;
    stream += `get-mark :${i + 1}\n`;
  });
  const ids = git(folder, ['fast-import', '--quiet', '--force'], stream).trim().split('\n');
  git(folder, ['update-ref', ref, ids.at(-1) ?? '']);
  git(folder, ['update-ref', '-d', 'refs/scratch/new']);
  return ids;
}

/** Points a reference somewhere, or deletes it. */
export function setRef(folder: string, ref: string, id: string | null): void {
  git(folder, id === null ? ['update-ref', '-d', ref] : ['update-ref', ref, id]);
}

export function revision(folder: string, name: string): string {
  return git(folder, ['rev-parse', '--verify', name]).trim();
}

export function countCommits(folder: string, range: string): number {
  return Number(git(folder, ['rev-list', '--count', range]));
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

/** Serves a repository over git's smart HTTP protocol, by the program that git itself has for it. */
export function serveGit(root: string, request: IncomingMessage, response: ServerResponse, url: URL): void {
  const child = spawn('git', ['http-backend'], {
    env: {
      PATH: process.env['PATH'],
      HOME: root,
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      PATH_INFO: decodeURIComponent(url.pathname),
      QUERY_STRING: url.search.slice(1),
      REQUEST_METHOD: request.method,
      CONTENT_TYPE: request.headers['content-type'] ?? '',
      HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
      GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
    },
  });
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
  let head: Buffer | null = Buffer.alloc(0);
  child.stdout.on('data', (chunk: Buffer) => {
    if (head === null) {
      response.write(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const lines = head.subarray(0, end).toString('latin1').split('\r\n');
    const rest = head.subarray(end + 4);
    head = null;
    const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const);
    const status = headers.find(([name]) => name === 'Status');
    response.statusCode = status ? Number(status[1].slice(0, 3)) : 200;
    for (const [name, value] of headers) if (name !== 'Status') response.setHeader(name, value);
    response.write(rest);
  });
  child.on('close', () => response.end());
  child.on('error', () => response.destroy());
  request.on('close', () => {
    if (!response.writableEnded && request.destroyed && !request.complete) child.kill();
  });
}
