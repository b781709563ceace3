import { Worker } from 'node:worker_threads';
import type { LockGraph } from '../../../review/index.ts';
import { dotOf, type Placed, readPlain } from './graph-layout.ts';

/** Layouts that are kept: the same graph is not laid out twice. */
const MOST_KEPT = 64;
/** Milliseconds that a layout may take. */
const PATIENCE = 10_000;

/** Lays out graphs; null when it took too long or could not be done. */
export type LayOut = (graph: LockGraph) => Promise<Placed | null>;

/**
 * Makes a desk that lays out graphs in a thread, which is started for the first one: Graphviz needs a tenth of a second
 * for 150 edges, and nobody else shall wait for it.
 *
 * @example
 * const layOut = layoutDesk();
 * const placed = await layOut(graph);
 */
export function layoutDesk(): LayOut {
  const kept = new Map<string, Promise<string | null>>();
  let thread: LayoutThread | null = null;
  let line: Promise<unknown> = Promise.resolve();

  const ask = async (dot: string): Promise<string | null> => {
    thread ??= layoutThread();
    const plain = await thread(dot);
    if (plain === null) thread = null;
    return plain;
  };
  const layOut = import.meta.url.endsWith('.ts') ? here : ask;

  return async (graph) => {
    const dot = dotOf(graph);
    let plain = kept.get(dot);
    if (!plain) {
      plain = line.then(() => layOut(dot));
      line = plain.catch(() => {});
      kept.set(dot, plain);
      if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string);
      void plain.then((text) => text !== null || kept.delete(dot));
    }
    const text = await plain;
    return text === null ? null : readPlain(text, graph);
  };
}

/** Lays out one graph at a time; after null it is of no more use. */
type LayoutThread = (dot: string) => Promise<string | null>;

function layoutThread(): LayoutThread {
  const worker = new Worker(new URL('./layout-worker.js', import.meta.url));
  let settle = (_plain: string | null): void => {};
  worker.on('message', (plain: string) => settle(plain));
  worker.on('error', () => settle(null));
  worker.on('exit', () => settle(null));
  return (dot) =>
    new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), PATIENCE);
      worker.ref();
      settle = (plain) => {
        clearTimeout(timer);
        settle = () => {};
        // a thread that nobody waits for does not keep the program alive
        if (plain === null) void worker.terminate();
        else worker.unref();
        resolve(plain);
      };
      worker.postMessage(dot);
    });
}

/** Where threads cannot run the sources as they are (TypeScript), the calling thread does it. */
async function here(dot: string): Promise<string> {
  const { Graphviz } = await import('@hpcc-js/wasm-graphviz');
  return (await Graphviz.load()).layout(dot, 'plain', 'dot');
}
