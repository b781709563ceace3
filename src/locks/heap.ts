/** A binary heap of (cost, item) pairs, cheapest first; equal costs come out by item, so that searches are deterministic. */
export class CostHeap {
  private readonly costs: number[] = [];
  private readonly items: number[] = [];

  get size(): number {
    return this.items.length;
  }

  push(cost: number, item: number): void {
    let at = this.items.length;
    this.costs.push(cost);
    this.items.push(item);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.before(at, parent)) break;
      this.swap(at, parent);
      at = parent;
    }
  }

  /** The cheapest pair, or null when there is none. */
  pop(): { cost: number; item: number } | null {
    if (this.items.length === 0) return null;
    const top = { cost: this.costs[0] as number, item: this.items[0] as number };
    const cost = this.costs.pop() as number;
    const item = this.items.pop() as number;
    if (this.items.length > 0) {
      this.costs[0] = cost;
      this.items[0] = item;
      let at = 0;
      for (;;) {
        const left = at * 2 + 1;
        let best = at;
        if (left < this.items.length && this.before(left, best)) best = left;
        if (left + 1 < this.items.length && this.before(left + 1, best)) best = left + 1;
        if (best === at) break;
        this.swap(at, best);
        at = best;
      }
    }
    return top;
  }

  private before(a: number, b: number): boolean {
    const d = (this.costs[a] as number) - (this.costs[b] as number);
    return d !== 0 ? d < 0 : (this.items[a] as number) < (this.items[b] as number);
  }

  private swap(a: number, b: number): void {
    [this.costs[a], this.costs[b]] = [this.costs[b] as number, this.costs[a] as number];
    [this.items[a], this.items[b]] = [this.items[b] as number, this.items[a] as number];
  }
}
