/** Runs `job` on each item, at most `width` at a time, and yields the results in the order of the items. */
export async function* readAhead<T, R>(
  items: Iterable<T>,
  width: number,
  job: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const running: Promise<R>[] = [];
  for (const item of items) {
    const result = job(item);
    // Whoever stops listening early must not leave an unhandled rejection; the awaiting below still sees it.
    result.catch(() => {});
    running.push(result);
    if (running.length >= width) yield await (running.shift() as Promise<R>);
  }
  for (const result of running) yield await result;
}
