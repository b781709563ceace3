import { parentPort, workerData } from 'node:worker_threads';
import { isUnchanged, type ReadingRequest } from './atlas-reading.ts';

/** Looks whether a tree changed, beside the questions. */
const { request, id } = workerData as { readonly request: ReadingRequest; readonly id: string };
parentPort?.postMessage(await isUnchanged(request, id));
