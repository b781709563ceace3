import { type Fault, fail, type Outcome } from '../outcome/index.ts';
import type {
  Answered,
  AreaSearch,
  Ask,
  AtlasCoverage,
  AtlasIdentity,
  ClassOrders,
  ClassReach,
  ClassSearch,
  LockGraph,
  Question,
  SourceLines,
} from './atlas-answers.ts';
import { SlowDesk } from './atlas-desk.ts';
import type { ReadingRequest } from './atlas-reading.ts';
import { type AtlasThread, checkInThread, type Opened, startAtlasThread } from './atlas-thread.ts';
import type { ProgressEvent } from './request.ts';
import type { Explanation } from './review.ts';

/** How often it is looked whether the tree changed, in milliseconds. */
const CHECK_EVERY = 60_000;
/** Quick questions that may wait. */
const MOST_WAITING = 256;

/** How an atlas stands. */
export type AtlasState =
  /** The tree is read for the first time. */
  | { readonly kind: 'opening'; readonly progress: ProgressEvent | null }
  | AtlasReady
  /** It could not be read; it is tried again a minute later. */
  | { readonly kind: 'failed'; readonly fault: Fault };

/** The tree was read, and questions are answered. */
export interface AtlasReady {
  readonly kind: 'ready';
  readonly identity: AtlasIdentity;
  readonly coverage: AtlasCoverage;
  /** When the tree was last found to be as it was read, in milliseconds. */
  readonly checkedAt: number;
  /** `refreshing`: it changed and is being read again; `stale`: it changed or is gone, and cannot be read. */
  readonly now: 'current' | 'refreshing' | 'stale';
  /** Why it cannot be read again. */
  readonly fault: Fault | null;
}

/** What an atlas is told by who opens it. */
export interface AtlasRequest extends ReadingRequest {
  /** The edge's clock, in milliseconds. */
  readonly now: () => number;
  /** Milliseconds that a search through calls may take; 20 seconds when it is not given. */
  readonly patience?: number;
}

/** The lock orders of a whole tree, open for questions. */
export interface Atlas {
  readonly state: () => AtlasState;
  /** Settles when the first reading has ended, well or not. */
  readonly opened: Promise<AtlasState>;
  /** Lock classes by parts of their names; those with the most orders for an empty text. */
  readonly search: (text: string, limit?: number) => Promise<Outcome<ClassSearch>>;
  /** What single functions take below a class, and hold above it. Fails with `locks/no-such-class`. */
  readonly orders: (name: string, limit?: number) => Promise<Outcome<ClassOrders>>;
  /** What is taken below a class and held above it in other functions, through calls. Fails with `locks/no-such-class`. */
  readonly reach: (name: string, limit?: number) => Promise<Outcome<ClassReach>>;
  /** All paths of two classes in both directions, as `abbot explain` gives them; worked out in a thread of its own. */
  readonly pair: (a: string, b: string) => Promise<Outcome<Explanation>>;
  /** Sections of MAINTAINERS and folders that take locks. */
  readonly areas: (text: string, limit?: number) => Promise<Outcome<AreaSearch>>;
  /** The orders inside a section of MAINTAINERS or a folder. Fails with `atlas/no-such-area`. */
  readonly graph: (area: string, most?: number) => Promise<Outcome<LockGraph>>;
  /** Lines of a C file of the tree. Fails with `atlas/no-such-file`. */
  readonly source: (path: string, line: number, window?: number) => Promise<Outcome<SourceLines>>;
  readonly close: () => Promise<void>;
}

/**
 * Opens a tree's index in a thread and keeps it. Questions fail with `atlas/not-ready` until it is open, with
 * `atlas/busy` when too many wait, and with the fault of the tree when it cannot be read. Whether the tree changed is
 * looked at beside the questions, at most once a minute; a changed tree is read again while the old index answers.
 *
 * @example
 * const atlas = openAtlas({ tree: '/src/linux', base: null, ruleDirs: [], today, cacheDir, workers: 2, now: Date.now });
 * await atlas.opened;
 * const found = await atlas.orders('device.mutex');
 */
export function openAtlas(request: AtlasRequest): Atlas {
  return new OpenAtlas(request).doors();
}

class OpenAtlas {
  private readonly request: AtlasRequest;
  private readonly reading: ReadingRequest;
  private thread: AtlasThread | null = null;
  private readonly slow: SlowDesk;
  private standing: AtlasState = { kind: 'opening', progress: null };
  private nextCheck = 0;
  private isBusy = true;
  private isClosed = false;
  private readonly first: Promise<AtlasState>;

  constructor(request: AtlasRequest) {
    const { now: _, patience = 20_000, ...reading } = request;
    this.request = request;
    this.reading = reading;
    this.slow = new SlowDesk(reading, patience);
    this.first = this.read();
  }

  doors(): Atlas {
    return {
      state: () => this.standing,
      opened: this.first,
      search: (text, limit = 50) => this.quick((thread) => thread.ask('search', { text, limit })),
      orders: (name, limit = 100) =>
        this.quick((thread) => {
          // who looks at a class, or at the list of areas, may ask for a pair or a graph next
          this.slow.warm();
          return thread.ask('orders', { name, limit });
        }),
      areas: (text, limit = 50) =>
        this.quick((thread) => {
          this.slow.warm();
          return thread.ask('areas', { text, limit });
        }),
      reach: (name, limit = 40) => this.slowly('reach', { name, limit }, [name]),
      graph: (area, most = 150) => this.slowly('graph', { area, most }, []),
      source: (path, line, window = 80) => this.quick((thread) => thread.ask('source', { path, line, window })),
      pair: (a, b) => this.slowly('pair', { locks: [a, b] }, [a, b]),
      close: async () => {
        this.isClosed = true;
        await Promise.all([this.slow.close(), this.thread?.close()]);
      },
    };
  }

  private async quick<T>(ask: (thread: AtlasThread) => Promise<Outcome<T>>): Promise<Outcome<T>> {
    const ready = this.ready();
    if (!ready.ok) return ready;
    if (ready.value.waiting >= MOST_WAITING) return fail('atlas/busy', 'too many questions wait for an answer');
    return ask(ready.value);
  }

  private async slowly<K extends Question>(
    question: K,
    ask: Ask<K>,
    names: readonly string[],
  ): Promise<Outcome<Answered<K>>> {
    const ready = this.ready();
    if (!ready.ok) return ready;
    const kept = this.slow.kept(question, ask);
    if (kept) return kept;
    // what is misspelt needs no search, and no second thread
    for (const name of names) {
      const known = await ready.value.ask('orders', { name, limit: 1 });
      if (!known.ok) return known;
    }
    return this.slow.ask(question, ask);
  }

  /** The thread to ask, or why there is none; looks beside that whether the tree changed. */
  private ready(): Outcome<AtlasThread> {
    const now = this.request.now();
    if (!this.isBusy && !this.isClosed && now >= this.nextCheck) {
      this.nextCheck = now + CHECK_EVERY;
      this.isBusy = true;
      void (this.standing.kind === 'ready' ? this.check() : this.read());
    }
    const { standing, thread } = this;
    if (standing.kind === 'failed') return { ok: false, fault: standing.fault };
    if (standing.kind === 'opening' || thread === null)
      return fail('atlas/not-ready', 'the tree is being read for the first time');
    return { ok: true, value: thread };
  }

  /** Reads the tree in a new thread, which takes the place of the old one when it is ready. */
  private async read(): Promise<AtlasState> {
    const thread = startAtlasThread(this.reading, (progress) => {
      if (this.standing.kind === 'opening') this.standing = { kind: 'opening', progress };
    });
    const opened = await thread.opened;
    if (opened.ok && !this.isClosed) await this.take(thread, opened.value);
    else {
      await thread.close();
      if (!opened.ok) this.refuse(opened.fault);
    }
    this.nextCheck = this.request.now() + CHECK_EVERY;
    this.isBusy = false;
    return this.standing;
  }

  private async take(thread: AtlasThread, { identity, coverage }: Opened): Promise<void> {
    const old = this.thread;
    const openedAt = this.request.now();
    this.thread = thread;
    this.standing = {
      kind: 'ready',
      identity: { ...identity, openedAt },
      coverage,
      checkedAt: openedAt,
      now: 'current',
      fault: null,
    };
    await Promise.all([this.slow.forget(), old?.close()]);
  }

  private refuse(fault: Fault): void {
    this.standing =
      this.standing.kind === 'ready' ? { ...this.standing, now: 'stale', fault } : { kind: 'failed', fault };
  }

  private async check(): Promise<void> {
    const { identity } = this.standing as AtlasReady;
    const same = await checkInThread(this.reading, identity.id);
    const { standing, thread } = this;
    if (standing.kind !== 'ready' || this.isClosed) return;
    if (same.ok && same.value && !thread?.ended) {
      this.standing = { ...standing, now: 'current', fault: null, checkedAt: this.request.now() };
      this.isBusy = false;
    } else if (same.ok) {
      this.standing = { ...standing, now: 'refreshing', fault: null };
      await this.read();
    } else {
      // a tree that is gone is looked for again a minute later
      this.refuse(same.fault);
      this.isBusy = false;
    }
  }
}
