import { fail, type Outcome } from '../outcome/index.ts';
import type { Answered, Ask, Question } from './atlas-answers.ts';
import type { ReadingRequest } from './atlas-reading.ts';
import { type AtlasThread, startAtlasThread } from './atlas-thread.ts';

/** Questions that may wait, and answers that are kept. */
const MOST_WAITING = 16;
const MOST_KEPT = 64;
/** Bytes of heap above which the thread is ended: what it decoded is gone with it. */
const MOST_MEMORY = 600 << 20;

/** Answers questions that take long in a thread that is there for them alone, one after the other. */
export class SlowDesk {
  private readonly request: ReadingRequest;
  private readonly patience: number;
  private thread: AtlasThread | null = null;
  private readonly answers = new Map<string, Promise<Outcome<unknown>>>();
  private waiting = 0;
  private line: Promise<unknown> = Promise.resolve();

  /** `patience`: milliseconds after which a question is given up. */
  constructor(request: ReadingRequest, patience: number) {
    this.request = request;
    this.patience = patience;
  }

  /** The answer that was given lately, or that somebody waits for; null when there is none. */
  kept<K extends Question>(question: K, ask: Ask<K>): Promise<Outcome<Answered<K>>> | null {
    const key = keyOf(question, ask);
    const known = this.answers.get(key);
    if (!known) return null;
    this.answers.delete(key);
    this.answers.set(key, known);
    return known as Promise<Outcome<Answered<K>>>;
  }

  /** Opens the thread before it is needed. */
  warm(): void {
    this.thread ??= startAtlasThread(this.request, () => {});
  }

  /** Who asks the same at the same time waits for the same answer. */
  ask<K extends Question>(question: K, ask: Ask<K>): Promise<Outcome<Answered<K>>> {
    const known = this.kept(question, ask);
    if (known) return known;
    if (this.waiting >= MOST_WAITING)
      return Promise.resolve(fail('atlas/busy', 'too many questions wait for an answer'));
    this.waiting++;
    const answer = this.line.then(() => this.work(question, ask)).finally(() => this.waiting--);
    this.line = answer.catch(() => {});
    const key = keyOf(question, ask);
    this.answers.set(key, answer);
    if (this.answers.size > MOST_KEPT) this.answers.delete(this.answers.keys().next().value as string);
    const forget = (): void => {
      if (this.answers.get(key) === answer) this.answers.delete(key);
    };
    answer.then((outcome) => outcome.ok || forget(), forget);
    return answer;
  }

  /** The tree is another one now. */
  async forget(): Promise<void> {
    this.answers.clear();
    await this.close();
  }

  async close(): Promise<void> {
    const { thread } = this;
    this.thread = null;
    await thread?.close();
  }

  private async work<K extends Question>(question: K, ask: Ask<K>): Promise<Outcome<Answered<K>>> {
    this.warm();
    const thread = this.thread as AtlasThread;
    // opening is not the question's time
    const opened = await thread.opened;
    if (!opened.ok) {
      if (this.thread === thread) await this.close();
      return opened;
    }
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, this.patience, null);
    });
    const answer = await Promise.race([thread.ask(question, ask), late]);
    clearTimeout(timer);
    if ((answer === null || thread.ended || thread.memory > MOST_MEMORY) && this.thread === thread) await this.close();
    const seconds = Math.round(this.patience / 1000);
    return answer ?? fail('atlas/too-long', `the search did not end within ${seconds} seconds`);
  }
}

function keyOf<K extends Question>(question: K, ask: Ask<K>): string {
  return `${question} ${JSON.stringify(ask)}`;
}
