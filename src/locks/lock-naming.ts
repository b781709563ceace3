import { X } from '../csource/index.ts';
import type { Scope } from '../tree/index.ts';
import type { LockClasses } from './lock-classes.ts';
import { LOCK_KIND, type LockTable, parseParameterLock } from './lock-table.ts';
import { attributeClass } from './registrations.ts';
import type { Effect } from './summary.ts';

/** A lock as one function sees it: its class, and the spelling of the object. */
export interface NamedLock {
  readonly lock: number;
  readonly instance: string;
}

/** Names the locks that the calls of one function mean, each once. */
export class LockNaming {
  private readonly scope: Scope;
  private readonly classes: LockClasses;
  private readonly locks: LockTable;
  private readonly resolved = new Map<string, NamedLock>();

  constructor(scope: Scope, classes: LockClasses, locks: LockTable) {
    this.scope = scope;
    this.classes = classes;
    this.locks = locks;
  }

  /** The lock that an argument names (or `lockClass`, when the call has a class of its own). */
  lockAt(lockClass: string | null, arg: number, field: string | null, args: readonly number[]): NamedLock {
    if (lockClass !== null) {
      const text = lockClass.replace(/\{(\d)\}/g, (_, n: string) =>
        this.locks.text(this.classes.lockOf(this.scope, args[Number(n)] ?? -1)),
      );
      return { lock: this.locks.intern(text), instance: `:${text}` };
    }
    const key = `${arg}|${field ?? ''}`;
    let found = this.resolved.get(key);
    if (!found) {
      const instance = this.classes.instanceOf(this.scope, arg);
      found = {
        lock: this.classes.lockOf(this.scope, arg, field ? field.split('.') : []),
        instance: field ? `${instance}.${field}` : instance,
      };
      this.resolved.set(key, found);
    }
    return found;
  }

  /** A wait class as registrations spell it: an attribute without its way through the wrapping struct. */
  awaited(lock: number): number {
    const text = this.locks.text(lock);
    if (text.startsWith('irq:')) return this.locks.intern(this.classes.ownLine(this.scope.file, text));
    if (!text.startsWith('kn:')) return lock;
    const plain = text.replace(/:\w+_attribute\.attr$/, '');
    const own = /^kn:((?:dev|driver|bus|class)_attr_\w+)$/.exec(plain);
    return this.locks.intern(own ? `kn:${attributeClass(this.scope.file, own[1] as string)}` : plain);
  }

  /** Lockdep's notes name the map inside the lock. */
  withoutDepMap(arg: number): number {
    const { file } = this.scope;
    let e = arg;
    while (e >= 0 && file.kind(e) === X.ADDR) e = file.a(e);
    if (e >= 0 && (file.kind(e) === X.FIELD || file.kind(e) === X.ARROW) && file.name(file.b(e)) === 'dep_map')
      return file.a(e);
    return arg;
  }

  /** A callee's lock as this function sees it. */
  substitute(effect: Effect, args: readonly number[], expr: number): NamedLock {
    const cacheKey = `${effect.lock}|${effect.instance}|${expr < 0 ? args.join() : expr}`;
    let found = this.resolved.get(cacheKey);
    if (found) return found;
    let lock = effect.lock;
    if (this.locks.kind(lock) === LOCK_KIND.PARAMETER) {
      const { parameter, free, path } = parseParameterLock(this.locks.text(lock));
      lock =
        free === null
          ? this.classes.lockOf(this.scope, args[parameter] ?? -1, path)
          : this.classes.lockOfVariable(this.scope, free, path);
    }
    found = { lock, instance: this.substituteInstance(effect.instance, args) };
    this.resolved.set(cacheKey, found);
    return found;
  }

  private substituteInstance(instance: string, args: readonly number[]): string {
    if (instance.includes('%')) return '?';
    const own = instance.replace(/\$@(\w+)/g, (_, name: string) => this.classes.instanceOfVariable(this.scope, name));
    return own.replace(/\$(\d+)/g, (_, n: string) =>
      args[Number(n)] === undefined ? '?' : this.classes.instanceOf(this.scope, args[Number(n)] as number),
    );
  }
}
