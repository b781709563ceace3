import { MODE } from './summary.ts';

/** One lock held at a point of a function. `missing` marks a lock of the caller that was let go. */
export interface Entry {
  readonly lock: number;
  readonly instance: string;
  readonly mode: number;
  readonly line: number;
  readonly via: number;
  readonly entry: boolean;
  readonly missing: boolean;
  readonly reentrant: boolean;
  /** Taken without waiting for it. */
  readonly tries: boolean;
  /** How the object was spelled where it was let go, if otherwise. */
  readonly letGoAs: string | null;
  /** Index of the scope that releases it: -1 for none (explicit), otherwise 0 is the function. */
  readonly scope: number;
}

/** What every entry says; the rest is usual: taken here by a primitive, released by hand. */
type Named = Pick<Entry, 'lock' | 'instance' | 'mode' | 'line'>;

/** An entry of the usual sort, but for what `special` says. */
export function heldEntry(named: Named, special: Partial<Omit<Entry, keyof Named>> = {}): Entry {
  const { lock, instance, mode, line } = named;
  return {
    lock,
    instance,
    mode,
    line,
    via: -1,
    entry: false,
    missing: false,
    reentrant: false,
    tries: false,
    letGoAs: null,
    scope: -1,
    ...special,
  };
}

/** Sets of entries, interned per function. Set 0 is empty. */
export class HeldSets {
  private readonly entries: Entry[] = [];
  private readonly entryIds = new Map<string, number>();
  private readonly sets: number[][] = [[]];
  private readonly setIds = new Map<string, number>([['', 0]]);

  entriesOf(set: number): Entry[] {
    return (this.sets[set] as number[]).map((id) => this.entries[id] as Entry);
  }

  size(set: number): number {
    return (this.sets[set] as number[]).length;
  }

  /** With one more entry; a lock that was let go is simply had again. */
  add(set: number, entry: Entry): number {
    const ids = this.sets[set] as number[];
    if (!entry.missing && !entry.entry) {
      const back = this.match(ids, entry.lock, entry.instance, true);
      if (back >= 0) return this.intern(ids.filter((id) => id !== back));
    }
    const id = this.internEntry(entry);
    if (ids.includes(id)) return set;
    return this.intern([...ids, id]);
  }

  /** Without the lock; when it is not held, the caller's is gone. */
  remove(set: number, lock: number, instance: string, mode: number, line: number, anyInstance: boolean): number {
    const ids = this.sets[set] as number[];
    let id = this.match(ids, lock, instance, false);
    if (id < 0 && anyInstance) id = this.matchLock(ids, lock);
    if (id >= 0) {
      const entry = this.entries[id] as Entry;
      const rest = ids.filter((other) => other !== id);
      if (!entry.entry) return this.intern(rest);
      const letGoAs = entry.instance === instance ? null : instance;
      return this.intern([...rest, this.internEntry({ ...entry, entry: false, missing: true, line, letGoAs })]);
    }
    // which of several objects it was cannot be told: it may be the caller's, but is no effect on it
    const gone = this.internEntry(
      heldEntry({ lock, instance, mode, line }, { missing: true, entry: instance.includes('~') }),
    );
    return ids.includes(gone) ? set : this.intern([...ids, gone]);
  }

  /**
   * Without what is said to be held already where it is taken again, and the contexts of the same call (`contexts`): the
   * task would hang, so it was let go on the way.
   */
  retaken(set: number, lock: number, instance: string, contexts: ReadonlySet<number>): number {
    const ids = this.sets[set] as number[];
    const id = this.match(ids, lock, instance, false);
    if (id < 0) return set;
    const stale = this.entries[id] as Entry;
    return this.intern(
      ids.filter((other) => {
        const entry = this.entries[other] as Entry;
        return other !== id && !(entry.line === stale.line && contexts.has(entry.lock) && !entry.missing);
      }),
    );
  }

  /** Without every entry of a lock, as if it had never been taken: its state cannot be told any more. */
  forget(set: number, lock: number): number {
    const ids = this.sets[set] as number[];
    const rest = ids.filter((id) => (this.entries[id] as Entry).lock !== lock || (this.entries[id] as Entry).entry);
    return rest.length === ids.length ? set : this.intern(rest);
  }

  /** Without the entries whose scope `ends`. */
  leave(set: number, ends: (scope: number) => boolean): number {
    const ids = this.sets[set] as number[];
    const rest = ids.filter((id) => {
      const { scope } = this.entries[id] as Entry;
      return scope < 0 || !ends(scope);
    });
    return rest.length === ids.length ? set : this.intern(rest);
  }

  downgrade(set: number, lock: number, instance: string): number {
    const ids = this.sets[set] as number[];
    const id = this.match(ids, lock, instance, false);
    if (id < 0) return set;
    return this.intern([
      ...ids.filter((other) => other !== id),
      this.internEntry({ ...(this.entries[id] as Entry), mode: MODE.SHARED }),
    ]);
  }

  holds(set: number, lock: number): boolean {
    return (this.sets[set] as number[]).some(
      (id) => (this.entries[id] as Entry).lock === lock && !(this.entries[id] as Entry).missing,
    );
  }

  /** Whether the caller's lock has been let go. */
  isMissing(set: number, lock: number): boolean {
    return (this.sets[set] as number[]).some(
      (id) => (this.entries[id] as Entry).lock === lock && (this.entries[id] as Entry).missing,
    );
  }

  private match(ids: number[], lock: number, instance: string, missing: boolean): number {
    for (let i = ids.length - 1; i >= 0; i--) {
      const entry = this.entries[ids[i] as number] as Entry;
      if (entry.lock !== lock || entry.missing !== missing) continue;
      if (entry.instance === instance || entry.letGoAs === instance) return ids[i] as number;
    }
    return -1;
  }

  private matchLock(ids: number[], lock: number): number {
    for (let i = ids.length - 1; i >= 0; i--) {
      const entry = this.entries[ids[i] as number] as Entry;
      if (entry.lock === lock && !entry.missing) return ids[i] as number;
    }
    return -1;
  }

  private internEntry(entry: Entry): number {
    const key = `${entry.lock}|${entry.instance}|${entry.mode}|${entry.line}|${entry.via}|${entry.entry}|${entry.missing}|${entry.tries}|${entry.letGoAs}|${entry.scope}`;
    let id = this.entryIds.get(key);
    if (id === undefined) {
      id = this.entries.length;
      this.entries.push(entry);
      this.entryIds.set(key, id);
    }
    return id;
  }

  private intern(ids: number[]): number {
    const sorted = ids.length > 1 ? [...ids].sort((a, b) => a - b) : ids;
    const key = sorted.join();
    let id = this.setIds.get(key);
    if (id === undefined) {
      id = this.sets.length;
      this.sets.push(sorted);
      this.setIds.set(key, id);
    }
    return id;
  }
}
