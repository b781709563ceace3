/**
 * The cycle that `before -> after` would close in a graph without cycles, as a walk from `before` back to it, or null.
 * Breadth first, so it is a shortest one; linear in the number of orders.
 */
export function orderCycle(
  orders: ReadonlyMap<string, readonly string[]>,
  before: string,
  after: string,
): string[] | null {
  if (before === after) return [before, after];
  const cameFrom = new Map<string, string>([[after, before]]);
  const queue = [after];
  for (const at of queue)
    for (const next of orders.get(at) ?? []) {
      if (next === before) {
        const walk = [next];
        for (let node: string | undefined = at; node !== undefined && node !== before; node = cameFrom.get(node))
          walk.unshift(node);
        return [before, ...walk];
      }
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, at);
      queue.push(next);
    }
  return null;
}
