import { Column, type StoredWords } from './column.ts';
import { PAGE_SHIFT, Pages } from './pages.ts';

/** The columns of the stored graph. */
const TABLES = [
  'calleeStart',
  'callee',
  'calleeLine',
  'callerStart',
  'caller',
  'slotTag',
  'slotField',
  'targetStart',
  'target',
  'slotsOfStart',
  'slotsOf',
  'slotCallerStart',
  'slotCaller',
] as const;
type Table = (typeof TABLES)[number];

const NAMES = 0x400000;

/**
 * Who calls whom. A callee word is a function id, or `~slot` for a call through a function pointer kept in `struct.field`.
 * Stored as compressed rows in both directions; functions that an overlay changes carry rows of their own.
 */
export class CallGraph {
  private readonly rows: Record<Table, Pages>;
  /** Slots by tag and field name; slots of a function's parameter have tag ~function and the position as field. */
  slotTag: Column;
  slotField: Column;
  private slotIds = new Map<number, number>();
  private readonly changed = new Map<number, { callees: Int32Array; lines: Int32Array }>();
  private readonly moreCallers = new Map<number, number[]>();
  private readonly moreTargets = new Map<number, number[]>();
  private readonly moreSlotsOf = new Map<number, number[]>();
  private readonly dropped = new Set<number>();

  constructor(stored?: Readonly<Record<string, StoredWords | undefined>>) {
    this.rows = Object.fromEntries(
      TABLES.map((table) => [table, Pages.of(stored?.[table] ?? new Int32Array(1))]),
    ) as Record<Table, Pages>;
    this.slotTag = new Column(stored?.['slotTag']);
    this.slotField = new Column(stored?.['slotField']);
    for (let slot = 0; slot < this.slotTag.length; slot++)
      this.slotIds.set(slotKey(this.slotTag.at(slot), this.slotField.at(slot)), slot);
  }

  get slotCount(): number {
    return this.slotTag.length;
  }

  /** Id of the slot `tag.field`, made when it is new. */
  slot(tag: number, field: number): number {
    const key = slotKey(tag, field);
    let id = this.slotIds.get(key);
    if (id === undefined) {
      id = this.slotTag.push(tag);
      this.slotField.push(field);
      this.slotIds.set(key, id);
    }
    return id;
  }

  findSlot(tag: number, field: number): number {
    return this.slotIds.get(slotKey(tag, field)) ?? -1;
  }

  /** Callee words of a function, each once, in source order. */
  calleesOf(fn: number): Int32Array {
    const own = this.changed.get(fn);
    if (own) return own.callees;
    return row(this.rows.calleeStart, this.rows.callee, fn);
  }

  /** Line of the first call of each callee word, in the same order. */
  calleeLinesOf(fn: number): Int32Array {
    const own = this.changed.get(fn);
    if (own) return own.lines;
    return row(this.rows.calleeStart, this.rows.calleeLine, fn);
  }

  /** Functions that call a function id, or through a slot (`~slot`). */
  callersOf(word: number): number[] {
    const start = word >= 0 ? this.rows.callerStart : this.rows.slotCallerStart;
    const items = word >= 0 ? this.rows.caller : this.rows.slotCaller;
    const at = word >= 0 ? word : ~word;
    const { changed } = this;
    const out: number[] = [];
    if (at + 1 < start.length) {
      const end = endOf(start, items, at);
      const { data } = items;
      for (let i = start.data[at] as number; i < end; i++) {
        const caller = data[i] as number;
        const own = changed.size === 0 ? undefined : changed.get(caller);
        if (own === undefined || own.callees.includes(word)) out.push(caller);
      }
    }
    const more = this.moreCallers.get(word);
    if (more)
      for (const caller of more)
        if (!out.includes(caller) && changed.get(caller)?.callees.includes(word)) out.push(caller);
    return out;
  }

  targetsOf(slot: number): number[] {
    const all = merge(this.rows.targetStart, this.rows.target, slot, this.moreTargets.get(slot));
    return this.dropped.size === 0 || all.length === 0 ? all : all.filter((fn) => !this.dropped.has(slotKey(slot, fn)));
  }

  slotsOf(fn: number): number[] {
    const all = merge(this.rows.slotsOfStart, this.rows.slotsOf, fn, this.moreSlotsOf.get(fn));
    return this.dropped.size === 0 || all.length === 0
      ? all
      : all.filter((slot) => !this.dropped.has(slotKey(slot, fn)));
  }

  /** Functions that an overlay put into a slot, or took out of one. */
  retargeted(): Set<number> {
    const fns = new Set(this.moreSlotsOf.keys());
    for (const key of this.dropped) fns.add(key % NAMES);
    return fns;
  }

  /** Takes a target out of a slot. */
  dropTarget(slot: number, fn: number): void {
    this.dropped.add(slotKey(slot, fn));
  }

  /** Replaces the calls of a function; callers of what it no longer calls forget it. */
  change(fn: number, callees: number[], lines: number[]): void {
    this.changed.set(fn, { callees: Int32Array.from(callees), lines: Int32Array.from(lines) });
    for (const word of callees) push(this.moreCallers, word, fn);
  }

  addTarget(slot: number, fn: number): void {
    this.dropped.delete(slotKey(slot, fn));
    if (this.targetsOf(slot).includes(fn)) return;
    push(this.moreTargets, slot, fn);
    push(this.moreSlotsOf, fn, slot);
  }

  /** A graph over the same stored rows whose changes are its own. */
  fork(): CallGraph {
    const copy = new CallGraph({ ...this.rows, slotTag: EMPTY, slotField: EMPTY });
    copy.slotTag = this.slotTag; // slots only grow: shared
    copy.slotField = this.slotField;
    copy.slotIds = this.slotIds;
    for (const pair of this.dropped) copy.dropped.add(pair);
    for (const [fn, own] of this.changed) copy.changed.set(fn, own);
    for (const [from, to] of [
      [this.moreCallers, copy.moreCallers],
      [this.moreTargets, copy.moreTargets],
      [this.moreSlotsOf, copy.moreSlotsOf],
    ] as const) {
      for (const [key, list] of from) to.set(key, [...list]);
    }
    return copy;
  }

  stored(): Record<string, Int32Array> {
    const rows = Object.fromEntries(Object.entries(this.rows).map(([table, pages]) => [table, pages.all()]));
    return { ...rows, slotTag: this.slotTag.stored(), slotField: this.slotField.stored() };
  }
}

const EMPTY = new Int32Array(0);

function slotKey(tag: number, field: number): number {
  return tag * NAMES + field;
}

/** Reads the bounds of row `at` and its items, and gives where they end. */
function endOf(start: Pages, items: Pages, at: number): number {
  const page = at >> PAGE_SHIFT;
  if (start.have[page] === 0) start.fill(page);
  const next = (at + 1) >> PAGE_SHIFT;
  if (start.have[next] === 0) start.fill(next);
  const end = start.data[at + 1] as number;
  items.need(start.data[at] as number, end);
  return end;
}

function row(start: Pages, items: Pages, at: number): Int32Array {
  if (at + 1 >= start.length) return EMPTY;
  const end = endOf(start, items, at);
  return items.data.subarray(start.data[at], end);
}

function merge(start: Pages, items: Pages, at: number, more: number[] | undefined): number[] {
  const out: number[] = [];
  if (at + 1 < start.length) {
    const end = endOf(start, items, at);
    for (let i = start.data[at] as number; i < end; i++) out.push(items.data[i] as number);
  }
  if (more) for (const item of more) if (!out.includes(item)) out.push(item);
  return out;
}

function push(map: Map<number, number[]>, key: number, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/** Collects the calls of a whole tree and turns them into rows. */
export class CallGraphBuilder {
  readonly graph = new CallGraph();
  private readonly calleeEnd = new Column();
  private readonly callee = new Column();
  private readonly line = new Column();
  private readonly targetSlot = new Column();
  private readonly targetFn = new Column();

  /** Rows must come in the order of function ids; words `[from, to)` are its own, `~n` being slot `slots[n]`. */
  addCalls(
    fn: number,
    callees: ArrayLike<number>,
    lines: ArrayLike<number>,
    from: number,
    to: number,
    slots: Int32Array,
  ): void {
    for (let i = from; i < to; i++) {
      const word = callees[i] as number;
      this.callee.push(word >= 0 ? word : ~(slots[~word] as number));
      this.line.push(lines[i] as number);
    }
    this.calleeEnd.put(fn, this.callee.length);
  }

  addTarget(slot: number, fn: number): void {
    this.targetSlot.push(slot);
    this.targetFn.push(fn);
  }

  finish(functions: number): CallGraph {
    const slots = this.graph.slotCount;
    const calleeStart = new Int32Array(functions + 1);
    for (let fn = 0; fn < functions; fn++) {
      const end = this.calleeEnd.find(fn);
      calleeStart[fn + 1] = end >= 0 ? end : (calleeStart[fn] as number);
    }
    const callee = this.callee.stored();
    const direct = new Column();
    const directFrom = new Column();
    const indirect = new Column();
    const indirectFrom = new Column();
    for (let fn = 0; fn < functions; fn++) {
      for (let i = calleeStart[fn] as number; i < (calleeStart[fn + 1] as number); i++) {
        const word = callee[i] as number;
        if (word >= 0) {
          direct.push(word);
          directFrom.push(fn);
        } else {
          indirect.push(~word);
          indirectFrom.push(fn);
        }
      }
    }
    const callers = invert(direct.stored(), directFrom.stored(), functions);
    const slotCallers = invert(indirect.stored(), indirectFrom.stored(), slots);
    const targets = invert(this.targetSlot.stored(), this.targetFn.stored(), slots);
    const slotsOf = invert(this.targetFn.stored(), this.targetSlot.stored(), functions);
    return new CallGraph({
      calleeStart,
      callee,
      calleeLine: this.line.stored(),
      callerStart: callers.start,
      caller: callers.items,
      slotTag: this.graph.slotTag.stored(),
      slotField: this.graph.slotField.stored(),
      targetStart: targets.start,
      target: targets.items,
      slotsOfStart: slotsOf.start,
      slotsOf: slotsOf.items,
      slotCallerStart: slotCallers.start,
      slotCaller: slotCallers.items,
    });
  }
}

/** Rows of `values` by `keys` (counting sort), each value once in its row. */
function invert(keys: Int32Array, values: Int32Array, size: number): { start: Int32Array; items: Int32Array } {
  const start = new Int32Array(size + 1);
  for (const key of keys) start[key + 1] = (start[key + 1] as number) + 1;
  for (let i = 0; i < size; i++) start[i + 1] = (start[i + 1] as number) + (start[i] as number);
  const fill = start.slice();
  const items = new Int32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i] as number;
    items[fill[key] as number] = values[i] as number;
    fill[key] = (fill[key] as number) + 1;
  }
  // drop repeats within a row
  let to = 0;
  let from = 0;
  for (let key = 0; key < size; key++) {
    const end = start[key + 1] as number;
    const rowStart = to;
    const seen = end - from > 16 ? new Set<number>() : null;
    for (; from < end; from++) {
      const value = items[from] as number;
      if (seen) {
        if (seen.has(value)) continue;
        seen.add(value);
      } else {
        let known = false;
        for (let i = rowStart; i < to && !known; i++) known = items[i] === value;
        if (known) continue;
      }
      items[to++] = value;
    }
    start[key] = rowStart;
  }
  start[size] = to;
  return { start, items: items.slice(0, to) };
}
