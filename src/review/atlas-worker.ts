import { parentPort, workerData } from 'node:worker_threads';
import { openReading } from './atlas-reading.ts';
import { type AtlasCall, type AtlasNews, type ThreadData, usedMemory } from './atlas-thread.ts';

/** Reads a tree in a thread of its own and answers questions, in the order in which they come. */
const port = parentPort;
const { request } = workerData as ThreadData;
const tell = (news: AtlasNews): void => port?.postMessage(news);

const opened = await openReading(request, (progress) => tell({ kind: 'progress', progress }));
if (opened.ok) {
  const { identity, coverage } = opened.value;
  // what the first questions would wait for
  await opened.value.warm();
  tell({ kind: 'opened', identity, coverage });
  let before: Promise<unknown> = Promise.resolve();
  port?.on('message', ({ id, question, ask }: AtlasCall) => {
    before = before.then(async () => {
      const outcome = await opened.value.answer(question, ask);
      tell({ kind: 'answer', id, outcome, memory: usedMemory() });
    });
  });
} else tell({ kind: 'failed', fault: opened.fault });
