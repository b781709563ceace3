import { doTask, type Task } from './review-task.ts';

// The process that reviews: one task after the other, until the one that started it goes away.

process.on('disconnect', () => process.exit(0));
// The terminal's Ctrl-C reaches this process too; the one that started it decides what becomes of the review.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('message', async (task: Task) => {
  try {
    process.send?.({ result: await doTask(task) });
  } catch (error) {
    const { message, stack } = error instanceof Error ? error : new Error(String(error));
    process.send?.({ error: { message, stack } });
  }
});
