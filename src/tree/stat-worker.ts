import { parentPort, workerData } from 'node:worker_threads';
import { isUnchanged, readStat } from './directory-stat.ts';

/** Looks whether a directory changed, beside the work that assumes it did not. */
const { root, path } = workerData as { root: string; path: string };
const stat = readStat(path);
parentPort?.postMessage(stat !== null && isUnchanged(root, stat));
