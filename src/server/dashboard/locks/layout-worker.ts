import { parentPort } from 'node:worker_threads';
import { Graphviz } from '@hpcc-js/wasm-graphviz';

/** Lays out one graph after the other. */
const graphviz = await Graphviz.load();
parentPort?.on('message', (dot: string) => parentPort?.postMessage(graphviz.layout(dot, 'plain', 'dot')));
