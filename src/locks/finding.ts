/** Where in a chain something happens: which step, and the call as the source spells it. */
export interface PathSite {
  /** Index into the chain of the function that makes the call. */
  readonly step: number;
  readonly call: string;
  readonly file: string;
  readonly line: number;
}

/** One function of a chain, with the place inside it where the chain goes on. */
export interface PathStep {
  readonly function: string;
  readonly file: string;
  readonly line: number;
  readonly via: 'entry' | 'call' | 'slot' | 'callback';
  /** `bus_type.remove` when the step was reached through a function pointer. */
  readonly slot: string | null;
}

/** One half of a proof: `holds` is taken on the way and `waits` is then waited for. */
export interface OrderPath {
  readonly holds: string;
  readonly waits: string;
  readonly chain: readonly PathStep[];
  /** Where `holds` is taken; null when it is held on entry. */
  readonly acquire: PathSite | null;
  /** Where `waits` is taken. */
  readonly wait: PathSite | null;
  /** Configuration or architecture under which the path exists. */
  readonly condition: string | null;
  /** How the lock objects of the two halves relate, as far as it is known. */
  readonly instance: 'same' | 'related' | 'unknown';
  readonly assumptions: readonly string[];
  /** Cost of the search: small is convincing. */
  readonly cost: number;
}

export type OrderVerdict = 'introduced' | 'new-path' | 'fixed' | 'narrowed' | 'transient' | 'gated' | 'pre-existing';

/** What one patch did to a cycle. */
export interface PatchVerdict {
  readonly patch: number;
  readonly verdict: OrderVerdict;
  readonly added: number;
  readonly closed: number;
  readonly remaining: number;
}

/** One cycle of lock classes, with everything that proves it. */
export interface CycleFinding {
  readonly kind:
    | 'abba'
    | 'self-deadlock'
    | 'missing-unlock'
    | 'double-unlock'
    | 'unlock-not-held'
    | 'wait-under-lock'
    | 'irq-inversion'
    | 'sleep-in-atomic'
    | 'forbidden-call';
  /** Lock classes, in the order of the first path: held, waited for. */
  readonly locks: readonly string[];
  readonly verdict: OrderVerdict;
  readonly introducedBy: number | null;
  readonly fixedBy: number | null;
  readonly perPatch: readonly PatchVerdict[];
  readonly paths: readonly OrderPath[];
  /** Other paths that stay after the series, shortest first. */
  readonly remaining: readonly OrderPath[];
  readonly statistics: {
    readonly forward: SiteCount;
    readonly reverse: SiteCount;
    readonly remaining: number;
    readonly closed: number;
  };
  readonly confidence: number;
  /** Above the threshold for leaving the dashboard. */
  readonly reported: boolean;
  readonly notes: readonly string[];
}

export interface SiteCount {
  readonly sites: number;
  readonly files: number;
}

/** All that the lock analysis says of a series. */
export interface SeriesJudgement {
  readonly findings: readonly CycleFinding[];
  readonly unlisted: { readonly preExisting: number; readonly belowThreshold: number; readonly suppressed: number };
  /** Bounds at which a search ended, in words. */
  readonly boundsHit: readonly string[];
  /** Locks in the touched functions that could not be named. */
  readonly unknownLocks: number;
}

/** Every way found for a pair, both directions. */
export interface PairExplanation {
  readonly forward: readonly OrderPath[];
  readonly reverse: readonly OrderPath[];
  readonly statistics: { readonly forward: SiteCount; readonly reverse: SiteCount };
  readonly boundsHit: readonly string[];
}
