/** What a lock reference is: a class, a place relative to a parameter of the function, or something that could not be told. */
export const LOCK_KIND = { CLASS: 0, PARAMETER: 1, UNKNOWN: 2 } as const;

/** The lock references of a tree, interned: `pci_rescan_remove_lock`, `device.mutex`, `$0.lock`, `?`. Only grows. */
export class LockTable {
  private readonly ids = new Map<string, number>();
  private readonly texts: string[] = [];

  constructor(stored: readonly string[] = []) {
    for (const text of stored) this.intern(text);
  }

  get size(): number {
    return this.texts.length;
  }

  intern(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      id = this.texts.length;
      this.texts.push(text);
      this.ids.set(text, id);
    }
    return id;
  }

  find(text: string): number {
    return this.ids.get(text) ?? -1;
  }

  text(id: number): string {
    return this.texts[id] ?? '?';
  }

  kind(id: number): number {
    const first = (this.texts[id] ?? '?').charCodeAt(0);
    return first === 36 ? LOCK_KIND.PARAMETER : first === 63 ? LOCK_KIND.UNKNOWN : LOCK_KIND.CLASS;
  }

  isClass(id: number): boolean {
    return this.kind(id) === LOCK_KIND.CLASS;
  }

  /** All texts in the order of their ids. */
  all(): readonly string[] {
    return this.texts;
  }
}

/** `$2.queue.lock` for a place that hangs on parameter 2. */
export function parameterLock(parameter: number, path: readonly string[]): string {
  return [`$${parameter}`, ...path].join('.');
}

/** `$@server.lock` for a place that hangs on a variable which a macro takes from whoever uses it. */
export function freeLock(variable: string, path: readonly string[]): string {
  return [`$@${variable}`, ...path].join('.');
}

/** The parameter (-1 for a variable of the user, `free`) and the way from there. */
export function parseParameterLock(text: string): { parameter: number; free: string | null; path: string[] } {
  const [head, ...path] = text.split('.');
  const name = (head as string).slice(1);
  return name.startsWith('@')
    ? { parameter: -1, free: name.slice(1), path }
    : { parameter: Number(name), free: null, path };
}
