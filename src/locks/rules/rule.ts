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
  /** A class of its own (`rcu`, `fs_reclaim`) when no argument names the lock; `{0}` in it stands for the class of argument 0 (`work:{0}` → `work:foo.reset_work`). */
  readonly lockClass: string | null;
  /** A field appended to what the argument names (`lock_sock(sk)` locks `sk->sk_lock`: `sk_lock`), or null. */
  readonly field: string | null;
  readonly success: Success;
  /** Argument with the lockdep subclass, and the one with the nest lock. */
  readonly subclassArg: number | null;
  readonly nestArg: number | null;
  readonly irq: 'none' | 'disable' | 'enable' | 'save' | 'restore';
  readonly bh: 'none' | 'disable' | 'enable';
  readonly preempt: 'none' | 'disable' | 'enable';
  /** May sleep while acquiring. */
  readonly sleeps: boolean;
  /** Function names in the argument are not calls but callbacks run while held (kref_put_mutex): index or null. */
  readonly callbackArg: number | null;
  /** Argument that makes an `acquire` a `try` unless it is the literal 0 (`mutex_acquire(map, subclass, trylock, ip)`), or null. */
  readonly tryArg: number | null;
  /** Only a note to lockdep: an event where no primitive is in sight. Its argument names the map: drop a last `dep_map` field. */
  readonly annotation: boolean;
  /** Why a wrapper is listed although wrappers are inferred; null for primitives. */
  readonly because: string | null;
  /** First Linux release with this name (`6.15`); null when it is older than 6.1 or does not matter. */
  readonly since: string | null;
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
  /** Another task or an interrupt may release it (semaphore, folio lock): a missing release proves nothing. */
  readonly ownerless: boolean;
  /** Who holds one may not sleep. */
  readonly atomic: boolean;
  /** Acquiring gives up instead of hanging (`rqspinlock_t`), so a cycle through it is no deadlock. */
  readonly backsOff: boolean;
}

/** Expression helpers that the type inference must see through. `member`: `ACCESS_PRIVATE(p, f)` is `p->f`. */
export interface Transparent {
  readonly name: string;
  readonly kind: 'value' | 'container-of' | 'per-cpu' | 'member';
  /** `value`: index of the argument it returns. `container-of`: index of the pointer, type and member arguments. */
  readonly arg: number;
  readonly typeArg: number | null;
  readonly memberArg: number | null;
  /** What `typeArg` holds: a type, or (`from_timer(x, t, field)`) a variable that points to one. */
  readonly typeIs: 'type' | 'pointer';
}

/** Where a callback runs. */
export type Context =
  | 'process'
  | 'softirq'
  | 'hardirq'
  | 'atomic'
  | 'work'
  | 'timer'
  | 'kthread'
  | 'threaded-irq'
  | 'rcu-callback'
  | 'init'
  | 'exit';

/** A slot (`struct.field`) whose targets run in a context of their own, or with locks held by its framework. */
export interface SlotRule {
  readonly slot: string;
  readonly context: Context | null;
  /** Classes that the caller holds around the slot when the call site cannot be seen. */
  readonly held: readonly string[];
  /** Its targets are kept in a list and called for objects of their own kind only: no chain is walked through it. */
  readonly unbound: boolean;
  /** Who fills the slot is a callback of the object around it, under this prefix: `notifier` → `notifier:foo.nb`. */
  readonly binds: string | null;
  readonly because: string;
}

/** A call that registers a callback: `INIT_WORK(&x->work, fn)`. */
export interface Registration {
  readonly name: string;
  /** Index of the argument with the function, and of the object that owns it (or null). */
  readonly fnArg: number;
  readonly objectArg: number | null;
  /** The object is what the call returns (`x->task = kthread_run(fn, …)`); `objectArg` is null then. */
  readonly objectIsResult: boolean;
  readonly context: Context;
  /** Prefix of the wait class (`work` → `work:<class of objectArg>`; alone when objectArg is null), or null when nothing waits for it. */
  readonly waitClass: string | null;
  /** More functions that the same call registers (`thread_fn` of request_threaded_irq). */
  readonly also: readonly { readonly fnArg: number; readonly context: Context; readonly slot: string | null }[];
  /** Slot to which the target is added (`work_struct.func`), or null. */
  readonly slot: string | null;
}

/** A call that hands an object to something that runs its callbacks: `queue_work(wq, work)`. */
export interface Handover {
  readonly name: string;
  /** Prefix of the classes under which callbacks of such objects are known (`work`, `notifier`). */
  readonly of: string;
  readonly objectArg: number;
  /** The argument with what it is handed to. */
  readonly onArg: number;
  /** Fields from there to the lock that is held around the callbacks. */
  readonly field: string | null;
  /** Prefix of the class that waits for them all (`workqueue`), or null when `field` is a lock. */
  readonly waitClass: string | null;
  readonly because: string;
}

/** A function that the search does not walk through; `acquires` is its written summary. */
export interface Hub {
  readonly name: string;
  readonly acquires: readonly string[];
  /** `acquires` holds only where the text of argument `arg` names one of `names` (GFP_KERNEL); null: always. */
  readonly when: { readonly arg: number; readonly names: readonly string[] } | null;
  readonly because: string;
}

/** A path (a folder ends in `/`) whose functions are never looked into, though its types and guards are read. */
export interface OpaquePath {
  readonly path: string;
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

/** A call that may sleep: always, or depending on one of its arguments. */
export interface Sleeper {
  readonly name: string;
  /** Sleeps unless this argument is the constant 0. */
  readonly unlessZero: number | null;
  /** Sleeps only if this argument is known to be true. */
  readonly onlyIf: number | null;
  readonly because: string;
}

/** A call whose result tells whether sleeping is allowed. */
export interface ContextTest {
  readonly name: string;
  /** What it means when the call returns true. */
  readonly means: 'may-sleep' | 'atomic';
}

/** Functions of this shape are callbacks that run in `context`, whoever registers them. */
export interface CallbackShape {
  /** Struct tag that each parameter points to; null for one that may be anything. */
  readonly params: readonly (string | null)[];
  /** Type that it returns (`enum hrtimer_restart`), or null for any. */
  readonly returns: string | null;
  readonly context: Context;
  readonly because: string;
}

/** A call that registers an object in which a callback stands: `register_inetaddr_notifier(&nb)`. */
export interface ObjectRegistration {
  readonly name: string;
  readonly objectArg: number;
  readonly field: string;
  readonly context: Context;
}

/** Where a slot's targets run, for the analysis of contexts only: chains of calls still pass the slot. */
export interface SlotContext {
  readonly slot: string;
  readonly contexts: readonly Context[];
  readonly because: string;
}

/** A slot whose targets run after those of another slot of the same table, with what these left held. */
export interface SlotFollows {
  readonly slot: string;
  readonly follows: string;
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
  readonly handovers: ReadonlyMap<string, Handover>;
  readonly registrations: ReadonlyMap<string, Registration>;
  readonly hubs: ReadonlyMap<string, Hub>;
  readonly orders: readonly OrderRule[];
  readonly forbidden: readonly ForbiddenCall[];
  readonly sleepers: ReadonlyMap<string, Sleeper>;
  /** Allocation flags that let the allocator sleep. */
  readonly sleepingFlags: ReadonlySet<string>;
  /** Calls that are given such flags and only keep them. */
  readonly flagKeepers: ReadonlySet<string>;
  readonly contextTests: ReadonlyMap<string, ContextTest>;
  readonly callbackShapes: readonly CallbackShape[];
  readonly slotFollows: readonly SlotFollows[];
  readonly slotContexts: readonly SlotContext[];
  readonly objectRegistrations: ReadonlyMap<string, ObjectRegistration>;
  readonly suppressions: readonly Suppression[];
  readonly classes: ReadonlyMap<string, ClassRule>;
  /** Macro names that end control flow (`BUG`, `panic`, `unreachable`, `do_exit`). */
  readonly noReturn: ReadonlySet<string>;
  /** Folders (`kernel/locking/`) and files into which the analysis does not descend. */
  readonly opaquePaths: readonly OpaquePath[];
}

/** Something wrong with a rule file. `line` and `column` count from 1; an `error` drops the file or entry it stands in. */
export interface RuleProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly severity: 'error' | 'warning';
  /** What is wrong, one line, no full stop. */
  readonly what: string;
  /** What to write instead. */
  readonly instead: string;
}
