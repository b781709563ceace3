/** A binary heap of (cost, item) pairs, cheapest first; equal costs come out by item, so that searches are deterministic. */
export class CostHeap {
  private readonly costs: number[] = [];
  private readonly items: number[] = [];

  get size(): number {
    return this.items.length;
  }

  push(cost: number, item: number): void {
    const { costs, items } = this;
    let at = items.length;
    costs.push(cost);
    items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(cost, item, costs[parent] as number, items[parent] as number)) break;
      costs[at] = costs[parent] as number;
      items[at] = items[parent] as number;
      at = parent;
    }
    costs[at] = cost;
    items[at] = item;
  }

  /** The cheapest pair, or null when there is none. */
  pop(): { cost: number; item: number } | null {
    if (this.items.length === 0) return null;
    const cost = this.costs[0] as number;
    return { cost, item: this.take() };
  }

  /** The item of the cheapest pair, -1 when there is none. */
  take(): number {
    const { costs, items } = this;
    if (items.length === 0) return -1;
    const top = items[0] as number;
    const cost = costs.pop() as number;
    const item = items.pop() as number;
    const { length } = items;
    if (length === 0) return top;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= length) break;
      if (
        child + 1 < length &&
        isBefore(costs[child + 1] as number, items[child + 1] as number, costs[child] as number, items[child] as number)
      )
        child++;
      if (!isBefore(costs[child] as number, items[child] as number, cost, item)) break;
      costs[at] = costs[child] as number;
      items[at] = items[child] as number;
      at = child;
    }
    costs[at] = cost;
    items[at] = item;
    return top;
  }
}

function isBefore(cost: number, item: number, otherCost: number, otherItem: number): boolean {
  return cost !== otherCost ? cost < otherCost : item < otherItem;
}
