// Checks the Dockerfile, and does its steps in a scratch folder, since no container engine is needed for either.
//
//   node scripts/docker-steps.mjs            checks
//   node scripts/docker-steps.mjs --run      checks, does the steps (about a minute), starts the result and asks its health
//
// Steps that change the machine (apt-get, folders at the root) are named and left out. Exit code 1 when something is wrong.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { DockerfileParser } from 'dockerfile-ast';

const root = resolve(import.meta.dirname, '..');
const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
const ignored = readFileSync(join(root, '.dockerignore'), 'utf8')
  .split('\n')
  .filter((line) => line !== '');
/** Instructions by stage, in their order. */
const stages = [];
for (const instruction of DockerfileParser.parse(text).getInstructions()) {
  const keyword = instruction.getKeyword();
  const args = instruction.getArguments().map((argument) => argument.getValue());
  if (keyword === 'FROM') stages.push({ image: args[0], name: args[2] ?? '', steps: [] });
  stages
    .at(-1)
    ?.steps.push({ keyword, args, flags: flagsOf(instruction), raw: instruction.getRawArgumentsContent() ?? '' });
}

const faults = check();
for (const fault of faults) console.error(`Dockerfile: ${fault}`);
if (faults.length > 0) process.exit(1);
console.log(`Dockerfile: ${stages.length} stages, nothing wrong`);
if (process.argv.includes('--run')) await run();

function flagsOf(instruction) {
  const flags = 'getFlags' in instruction ? instruction.getFlags() : [];
  return Object.fromEntries(flags.map((flag) => [flag.getName(), flag.getValue()]));
}

/** Whether the build would be given a file: everything is ignored but what is named with an exclamation mark. */
function given(path) {
  const top = path.replace(/^\.\//, '').split('/')[0];
  return !ignored.includes('*') || ignored.includes(`!${top}`);
}

function check() {
  const wrong = [];
  const names = [];
  if (stages.length !== 3) wrong.push(`it has ${stages.length} stages, not three`);
  for (const { image, name, steps } of stages) {
    if (!names.includes(image) && !/:[\w.-]+$/.test(image)) wrong.push(`FROM ${image} names no version`);
    if (/:latest$/.test(image)) wrong.push(`FROM ${image} changes from day to day`);
    for (const { keyword, args, flags, raw } of steps) {
      if (keyword === 'ADD') wrong.push('ADD fetches and unpacks; COPY is meant');
      if (keyword === 'COPY' && flags.from && !names.includes(flags.from))
        wrong.push(`COPY --from=${flags.from} names no earlier stage`);
      if (keyword === 'COPY' && !flags.from)
        for (const path of args.slice(0, -1)) {
          if (!existsSync(join(root, path))) wrong.push(`COPY ${path}: there is no such file`);
          else if (!given(path)) wrong.push(`COPY ${path}: .dockerignore leaves it out`);
        }
      if (keyword === 'RUN' && /apt-get\s+install/.test(raw)) {
        if (!raw.includes('--no-install-recommends')) wrong.push('apt-get install without --no-install-recommends');
        if (!/rm -rf \/var\/lib\/apt\/lists/.test(raw)) wrong.push('the lists of apt-get stay in the image');
      }
      if (['ENV', 'ARG'].includes(keyword) && /SECRET|PASSWORD|TOKEN|PRIVATE_KEY|DATABASE_URL/i.test(raw))
        wrong.push(`${keyword} holds a secret: ${raw.slice(0, 40)}`);
      if (['ENTRYPOINT', 'CMD'].includes(keyword) && !raw.trim().startsWith('['))
        wrong.push(`${keyword} starts a shell, which passes no signals on`);
    }
    names.push(name);
  }
  const last = stages.at(-1)?.steps ?? [];
  const users = last.filter((step) => step.keyword === 'USER');
  if (users.length === 0 || ['root', '0'].includes(users.at(-1).args[0])) wrong.push('it runs as root');
  for (const needed of ['HEALTHCHECK', 'ENTRYPOINT', 'EXPOSE', 'WORKDIR'])
    if (!last.some((step) => step.keyword === needed)) wrong.push(`the last stage has no ${needed}`);
  return wrong;
}

async function run() {
  const scratch = mkdtempSync(join(tmpdir(), 'abbot-docker-'));
  const folders = new Map();
  try {
    for (const { image, name, steps } of stages) {
      const folder = join(scratch, name);
      mkdirSync(folder);
      let where = '/';
      if (folders.has(image)) {
        cpSync(folders.get(image).folder, folder, { recursive: true, verbatimSymlinks: true });
        where = folders.get(image).where;
      }
      const inside = (path) => join(folder, path.startsWith('/') ? path : join(where, path));
      for (const { keyword, args, flags, raw } of steps) {
        if (keyword === 'WORKDIR') {
          where = args[0];
          mkdirSync(inside(where), { recursive: true });
        } else if (keyword === 'COPY') {
          const from = flags.from ? folders.get(flags.from).folder : root;
          for (const path of args.slice(0, -1)) {
            const target = args.at(-1);
            const into = target.endsWith('/') ? join(inside(target), basename(path)) : inside(target);
            mkdirSync(dirname(into), { recursive: true });
            cpSync(join(from, path), into, { recursive: true, verbatimSymlinks: true });
          }
        } else if (keyword === 'RUN' && /apt-get|install -d/.test(raw))
          console.log(`left out: RUN ${raw.split('\n')[0]}`);
        else if (keyword === 'RUN') {
          console.log(`${name}: RUN ${raw}`);
          const done = spawnSync('sh', ['-c', raw], { cwd: inside(where), stdio: ['ignore', 'inherit', 'inherit'] });
          if (done.status !== 0) throw new Error(`RUN ${raw} ended with ${done.status}`);
        }
      }
      folders.set(name, { folder, where });
    }
    await start(join(folders.get(stages.at(-1).name).folder, folders.get(stages.at(-1).name).where), scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** Starts what the last stage holds as it says, on a free port, and runs its health check. */
async function start(folder, scratch) {
  const last = stages.at(-1).steps;
  const of = (keyword) => JSON.parse(last.find((step) => step.keyword === keyword).raw.replace(/^[^[]*(?=\[)/s, ''));
  const port = String(20_000 + (process.pid % 20_000));
  const env = {
    PATH: process.env.PATH,
    HOME: scratch,
    NODE_ENV: 'production',
    ABBOT_HOST: '127.0.0.1',
    ABBOT_PORT: port,
    ABBOT_DATA: join(scratch, 'data'),
    ABBOT_CACHE: join(scratch, 'cache'),
  };
  const [program, ...args] = [...of('ENTRYPOINT'), ...of('CMD')];
  const child = spawn(program, args, { cwd: folder, env, stdio: ['ignore', 'inherit', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  try {
    const [check, ...rest] = of('HEALTHCHECK');
    for (let tries = 1; ; tries++) {
      if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
      if (spawnSync(check, rest, { env }).status === 0) break;
      if (tries === 60) throw new Error('it is not healthy after a minute');
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    console.log('the result is healthy');
  } finally {
    child.kill('SIGTERM');
  }
  const code = await ended;
  if (code !== 0) throw new Error(`it ended with ${code} when it was asked to`);
  console.log('and ends when it is asked to');
}
