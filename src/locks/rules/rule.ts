/** How a lock is held. `recursive-read` may nest in itself even when a writer waits (rcu, srcu, rwlock in irq). */
export type Mode = 'exclusive' | 'shared' | 'recursive-read';

/** Which return value means "the lock was taken". `always`: no condition. */
export type Success = 'always' | 'zero' | 'nonzero' | 'nonnull' | 'non-error-pointer' | 'non-negative';

/** What a lock call does. `wait` orders like an acquisition but holds nothing; `drop-retake` lets go of a held lock and takes it back. */
export type LockOp = 'acquire' | 'try' | 'release' | 'assert' | 'downgrade' | 'drop-retake' | 'wait' | 'query' | 'init';

/** One function or macro that does something to a lock. Names are unique over all loaded rules. */
export interface LockApi {
  readonly name: string;
  readonly op: LockOp;
  /** `mutex`, `spinlock`, `rwsem`, …: the file-level family it came from. */
  readonly family: string;
  readonly mode: Mode;
  /** Index of the argument that names the lock; null when the lock is `lockClass`. */
  readonly arg: number | null;
  /** A class of its own (`rcu`, `cpu_hotplug_lock`, `console_lock`) when no argument names the lock; may contain `{0}` for the text of argument 0. */
  readonly lockClass: string | null;
  /** A field appended to what the argument names (`lock_sock(sk)` locks `sk->sk_lock`: `sk_lock`), or null. */
  readonly field: string | null;
  readonly success: Success;
  /** Argument with the lockdep subclass, and the one with the nest lock. */
  readonly subclassArg: number | null;
  readonly nestArg: number | null;
  readonly irq: 'none' | 'disable' | 'enable' | 'save' | 'restore';
  readonly bh: 'none' | 'disable' | 'enable';
  /** May sleep while acquiring. */
  readonly sleeps: boolean;
  /** Function names in the argument are not calls but callbacks run while held (kref_put_mutex): index or null. */
  readonly callbackArg: number | null;
}

/** A scope-based lock: `guard(mutex)(&x)`, `scoped_guard(...)`, `CLASS(name, var)(…)`, `QEMU_LOCK_GUARD(&x)`. */
export interface GuardApi {
  /** `mutex` in guard(mutex), or the macro's own name for `style: macro`. */
  readonly name: string;
  readonly style: 'class' | 'macro-scope' | 'macro-block';
  readonly family: string;
  readonly mode: Mode;
  readonly arg: number | null;
  readonly lockClass: string | null;
  readonly field: string | null;
  readonly success: Success;
  readonly irq: 'none' | 'disable' | 'save';
  readonly bh: 'none' | 'disable';
  readonly sleeps: boolean;
}

/** A family of locks: the C types its objects have. */
export interface LockFamily {
  readonly family: string;
  /** C types (`struct mutex`, `spinlock_t`); used to check that a class is what the primitive expects. */
  readonly types: readonly string[];
  /** Macros that define one at file level (`DEFINE_MUTEX`), the lock being the first argument. */
  readonly definers: readonly string[];
  readonly sleeps: boolean;
}

/** Expression helpers that the type inference must see through. */
export interface Transparent {
  readonly name: string;
  readonly kind: 'value' | 'container-of' | 'per-cpu';
  /** `value`: index of the argument it returns. `container-of`: index of the pointer, type and member arguments. */
  readonly arg: number;
  readonly typeArg: number | null;
  readonly memberArg: number | null;
}

/** Where a callback runs. */
export type Context =
  | 'process' | 'softirq' | 'hardirq' | 'atomic' | 'work' | 'timer' | 'kthread' | 'threaded-irq' | 'rcu-callback' | 'init' | 'exit';

/** A slot (`struct.field`) whose targets run in a context of their own, or with locks held by its framework. */
export interface SlotRule {
  readonly slot: string;
  readonly context: Context | null;
  /** Classes that the caller holds around the slot when the call site cannot be seen. */
  readonly held: readonly string[];
  readonly because: string;
}

/** A call that registers a callback: `INIT_WORK(&x->work, fn)`. */
export interface Registration {
  readonly name: string;
  /** Index of the argument with the function, and of the object that owns it (or null). */
  readonly fnArg: number;
  readonly objectArg: number | null;
  readonly context: Context;
  /** Prefix of the wait class (`work`, `timer`, `irq`), or null when nothing waits for it. */
  readonly waitClass: string | null;
  /** Slot to which the target is added (`work_struct.func`), or null. */
  readonly slot: string | null;
}

/** A function that the search does not walk through; `acquires` is its written summary. */
export interface Hub {
  readonly name: string;
  readonly acquires: readonly string[];
  readonly because: string;
}

/** A documented order: `before` is taken before `after`. */
export interface OrderRule {
  readonly before: string;
  readonly after: string;
  readonly because: string;
  readonly source: string;
}

/** Never call `callee` while holding `holding`. */
export interface ForbiddenCall {
  readonly callee: string;
  readonly holding: string;
  readonly because: string;
}

/** A finding not to be shown: by fingerprint or by classes, with a reason, a scope and an expiry (ISO date). */
export interface Suppression {
  readonly fingerprint: string | null;
  readonly locks: readonly string[];
  readonly path: string | null;
  readonly reason: string;
  readonly expires: string | null;
}

/** A lock class whose keys are instance-specific, so that a cycle with itself says nothing (`device.mutex`). */
export interface ClassRule {
  readonly class: string;
  readonly selfCycle: boolean;
  readonly because: string;
}

/** All rules of a run, merged and validated; `hash` identifies their content. */
export interface RuleSet {
  readonly hash: string;
  readonly families: readonly LockFamily[];
  readonly locks: ReadonlyMap<string, LockApi>;
  readonly guards: ReadonlyMap<string, GuardApi>;
  /** Struct tags whose embedded locks are classed by their owner's field path. */
  readonly containers: ReadonlySet<string>;
  readonly transparent: ReadonlyMap<string, Transparent>;
  readonly slots: ReadonlyMap<string, SlotRule>;
  readonly registrations: ReadonlyMap<string, Registration>;
  readonly hubs: ReadonlyMap<string, Hub>;
  readonly orders: readonly OrderRule[];
  readonly forbidden: readonly ForbiddenCall[];
  readonly suppressions: readonly Suppression[];
  readonly classes: ReadonlyMap<string, ClassRule>;
  /** Macro names that end control flow (`BUG`, `panic`, `unreachable`, `do_exit`). */
  readonly noReturn: ReadonlySet<string>;
}
