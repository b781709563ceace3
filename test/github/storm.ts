import type { Built } from '../cli/built.ts';
import { type BotProcess, startBotProcess, until } from './bot-process.ts';
import type { FakeGitHub } from './fake-github.ts';
import { pullEvent } from './payloads.ts';
import { BASE_FILES, HARMLESS, INVERTING } from './sources.ts';
import type { FakePull, FakeRepository } from './state.ts';

/** How hard it blows. */
export interface StormWishes {
  readonly fake: FakeGitHub;
  readonly built: Built;
  readonly home: string;
  /** Of a PostgreSQL; without one there is one process, on a PGlite. */
  readonly databaseUrl?: string;
  /** Webhook deliveries in all, duplicates among them. */
  readonly deliveries: number;
  readonly pulls: number;
  /** Processes: two take webhooks, all do jobs. */
  readonly processes: number;
  /** Each process is killed so often while deliveries come. */
  readonly kills: number;
  /** Milliseconds between two events. */
  readonly pace: number;
  readonly seed: number;
}

/** What is left when it is over. */
export interface StormDamage {
  readonly deliveries: number;
  readonly duplicates: number;
  readonly refused: number;
  readonly kills: number;
  /** Heads that stand and have no finished check run. */
  readonly lost: number;
  readonly duplicateCheckRuns: number;
  readonly duplicateComments: number;
  /** Lines of the log that speak of a bug. */
  readonly bugs: readonly string[];
  /** Check runs that nobody ended: of a head that was superseded while its reviewer died. */
  readonly left: number;
  readonly reviews: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly seconds: number;
}

/** Numbers between 0 and 1, the same for the same seed. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * Sends webhooks of pull requests that are pushed to all the time, out of order and a third of them twice, while the
 * processes that take and work on them are killed and started again; waits until nothing is to be done any more, and
 * counts what is there.
 */
export async function storm(wishes: StormWishes): Promise<StormDamage> {
  const { fake, built, home, deliveries, processes, seed } = wishes;
  const draw = random(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(draw() * from.length)] as T;
  const started = performance.now();
  const repository = fake.repository('storm', `r${seed}`, BASE_FILES);
  const duplicates = Math.round(deliveries * 0.3);
  const events = deliveries - duplicates;

  const bots: (BotProcess | null)[] = Array.from({ length: processes }, () => null);
  const takers = wishes.databaseUrl === undefined ? 1 : Math.min(2, processes);
  const start = async (i: number): Promise<void> => {
    bots[i] = await startBotProcess({
      built,
      fake,
      home,
      ...(wishes.databaseUrl === undefined ? {} : { databaseUrl: wishes.databaseUrl }),
      command: i < takers ? 'serve' : 'work',
      lease: 4,
      env: { ABBOT_GITHUB_REDELIVER: '3' },
    });
    aim();
  };
  /** Webhooks go to a process that lives, as behind a load balancer; to none when none does. */
  const aim = (): void => {
    const alive = bots.slice(0, takers).find((bot) => bot !== null);
    fake.hook = alive ? `${alive.address}/api/github/webhooks` : null;
  };
  await Promise.all(bots.map((_, i) => start(i)));

  // What happens, in its order: pull requests are opened, then pushed to; each makes a delivery that waits in a crowd.
  const pulls: FakePull[] = [];
  const crowd: { guid: string; payload: unknown }[] = [];
  const times: number[] = [];
  let refused = 0;
  const send = async (): Promise<void> => {
    const at = Math.floor(draw() * crowd.length);
    const [delivery] = crowd.splice(at, 1);
    if (!delivery) return;
    const { status, ms } = await fake.send('pull_request', delivery.payload, delivery.guid);
    if (status === 202) times.push(ms);
    else refused++;
  };
  const killAt = new Set<number>();
  const kills = wishes.kills * processes;
  for (let k = 0; k < kills; k++) killAt.add(Math.floor(((k + 0.2 + draw() * 0.6) / kills) * events));
  let killed = 0;
  const logsOfDead: string[] = [];
  const restarts: Promise<void>[] = [];
  for (let i = 0; i < events; i++) {
    const open = pulls.length < wishes.pulls && (i < 3 || draw() < (wishes.pulls * 1.5) / events);
    const pull = open ? fake.pull(repository, [i % 3 === 0 ? INVERTING : HARMLESS]) : pick(pulls);
    if (open) pulls.push(pull);
    else pushSome(fake, repository, pull, i);
    const delivery = {
      guid: `${String(seed).padStart(8, '0')}-0000-4000-8000-${String(i).padStart(12, '0')}`,
      payload: pullEvent(fake, repository, pull, open ? 'opened' : 'synchronize'),
    };
    crowd.push(delivery);
    if (i < duplicates) crowd.push(delivery);
    else if (draw() < duplicates / events / 3) await send();
    while (crowd.length > Math.min(40, events / 4)) await send();
    await new Promise((resolve) => setTimeout(resolve, wishes.pace));
    if (killAt.has(i)) {
      const victim = killed % processes;
      killed++;
      const bot = bots[victim];
      bots[victim] = null;
      aim();
      await bot?.kill();
      logsOfDead.push(bot?.log() ?? '');
      restarts.push(start(victim));
    }
  }
  while (crowd.length > 0) await send();
  await Promise.all(restarts);

  const finished = () => pulls.filter((pull) => hasEnded(repository, pull)).length;
  const logs = () => bots.map((bot) => bot?.log().slice(-1500)).join('\n');
  await until(
    () => finished() === pulls.length,
    () => `${finished()} of ${pulls.length} are reviewed\n${logs()}`,
    300_000,
  );
  // Whoever does something twice needs a moment for it.
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await Promise.all(bots.map((bot) => bot?.stop()));
  fake.hook = null;
  const whole = [...logsOfDead, ...bots.map((bot) => bot?.log() ?? '')].join('\n').split('\n');
  const bugs = whole.filter((line) => line.includes('"level":"error"') || line.includes('this is a bug'));
  return {
    bugs,
    ...countDamage(repository, pulls, times),
    deliveries,
    duplicates,
    refused,
    kills: killed,
    seconds: (performance.now() - started) / 1000,
  };
}

function pushSome(fake: FakeGitHub, repository: FakeRepository, pull: FakePull, i: number): void {
  const change = {
    message: `other: number ${i}`,
    files: { 'drivers/other.c': `int other(void)\n{\n\treturn ${i};\n}\n` },
  };
  fake.push(repository, pull, i % 4 === 0 ? [change, INVERTING] : [change]);
}

function hasEnded(repository: FakeRepository, pull: FakePull): boolean {
  return repository.checkRuns.some((run) => run.headSha === pull.head.sha && run.status === 'completed');
}

function countDamage(repository: FakeRepository, pulls: readonly FakePull[], times: readonly number[]) {
  const heads = repository.checkRuns.map((run) => run.headSha);
  const sorted = [...times].sort((a, b) => a - b);
  const quantile = (q: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0);
  const comments = repository.comments.filter((c) => c.app !== null);
  return {
    lost: pulls.filter((pull) => !hasEnded(repository, pull)).length,
    duplicateCheckRuns: heads.length - new Set(heads).size,
    duplicateComments: comments.length - new Set(comments.map((c) => c.number)).size,
    left: repository.checkRuns.filter((run) => run.status !== 'completed').length,
    reviews: repository.checkRuns.length,
    p50: quantile(0.5),
    p99: quantile(0.99),
  };
}
