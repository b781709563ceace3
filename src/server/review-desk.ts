import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { fail, type Outcome } from '../outcome/index.ts';
import type { Explanation, Review } from '../review/index.ts';
import type { Task, TaskResult } from './review-task.ts';
import type { Reviewer } from './reviewer.ts';

/** A process that has served so many reviews makes room for a new one, so that what it holds on to stays bounded. */
const REVIEWS_A_PROCESS = 200;

interface Desk {
  readonly child: ChildProcess;
  served: number;
}

/**
 * Reviews in processes of their own, which are kept for the next review while they are idle: the code is loaded then, and
 * compiled. Where processes cannot run the sources as they are (TypeScript), the calling process does it all.
 *
 * @example
 * const reviewer = openReviewDesk();
 * const review = await reviewer.review(order, answerTable(store), signal);
 */
export function openReviewDesk(): Reviewer {
  const idle: Desk[] = [];
  const all = new Set<Desk>();
  const take = (): Desk => {
    const waiting = idle.pop();
    if (waiting) return waiting;
    const file = fileURLToPath(new URL('./review-process.js', import.meta.url));
    // Nothing of the environment that is a secret, since the review reads what strangers wrote.
    const child = fork(file, { serialization: 'advanced', env: withoutSecretVariables(process.env), execArgv: [] });
    const desk: Desk = { child, served: 0 };
    all.add(desk);
    child.once('exit', () => {
      all.delete(desk);
      const at = idle.indexOf(desk);
      if (at >= 0) idle.splice(at, 1);
    });
    return desk;
  };
  const ask = async (task: Task, signal: AbortSignal): Promise<Outcome<TaskResult>> => {
    if (import.meta.url.endsWith('.ts')) {
      const { doTask } = await import('./review-task.ts');
      return { ok: true, value: await doTask(task) };
    }
    if (signal.aborted) return died('it was stopped');
    const desk = take();
    desk.served++;
    const answer = await oneAnswer(desk.child, task, signal);
    if (answer.ok && desk.served < REVIEWS_A_PROCESS) idle.push(desk);
    else desk.child.kill('SIGKILL');
    return answer;
  };
  return {
    async review(order, answers, signal) {
      const result = await ask({ kind: 'review', order, known: await answers.load() }, signal);
      if (!result.ok) return result;
      const { outcome, fresh } = result.value;
      const kept = fresh.length > 0 ? await answers.remember(fresh) : null;
      // Shown in this review and not remembered would be lost for the next.
      return kept?.ok === false ? kept : (outcome as Outcome<Review>);
    },
    async explain(order, signal) {
      const result = await ask({ kind: 'explain', order }, signal);
      return result.ok ? (result.value.outcome as Outcome<Explanation>) : result;
    },
    async close() {
      const gone = [...all].map(({ child }) => new Promise((resolve) => child.once('exit', resolve)));
      for (const { child } of all) child.kill('SIGKILL');
      await Promise.all(gone);
    },
  };
}

function died(why: string): Outcome<never> {
  return fail('job/review-died', 'the process that reviewed ended before its time', why);
}

type Message =
  | { readonly result: TaskResult }
  | { readonly error: { readonly message: string; readonly stack: string } };

function oneAnswer(child: ChildProcess, task: Task, signal: AbortSignal): Promise<Outcome<TaskResult>> {
  return new Promise((resolve, reject) => {
    const stop = () => child.kill('SIGKILL');
    const end = (settle: () => void) => {
      child.off('message', onMessage);
      child.off('exit', onExit);
      signal.removeEventListener('abort', stop);
      settle();
    };
    const onMessage = (message: Message) =>
      end(() => {
        if ('result' in message) resolve({ ok: true, value: message.result });
        else {
          child.kill('SIGKILL');
          reject(Object.assign(new Error(message.error.message), { stack: message.error.stack }));
        }
      });
    const onExit = (code: number | null, by: string | null) =>
      end(() => resolve(died(signal.aborted ? 'it was stopped' : `exit code ${code ?? '-'}, signal ${by ?? '-'}`)));
    child.on('message', onMessage as (message: unknown) => void);
    child.on('exit', onExit);
    signal.addEventListener('abort', stop);
    child.send(task, (error) => {
      if (error) stop();
    });
  });
}

/** Names of variables that hold what a review has no use for. */
const SECRET_VARIABLE = /URL$|TOKEN|SECRET|PASSW|KEY|CREDENTIAL|^SMTP|^PG/i;

function withoutSecretVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !SECRET_VARIABLE.test(name)));
}
