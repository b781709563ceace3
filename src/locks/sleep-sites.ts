import { X } from '../csource/index.ts';
import { knownValue, VALUE } from './assumptions.ts';
import type { ContextView, ContextWalks, Site } from './context-walk.ts';
import { LockNaming } from './lock-naming.ts';

/** `|` between two flags. */
const BITWISE_OR = X.OPERATOR + 124;

/** Why a call may sleep. */
export interface Sleep {
  /** The call as the source spells it. */
  readonly call: string;
  /** The lock that it takes, or what it waits for; -1 when it just sleeps. */
  readonly lock: number;
  /** Sleeps only where this parameter of the function is true; -1 when it does not depend on one. */
  readonly parameter: number;
}

/** Tells which calls of a function are primitives that may sleep. */
export class SleepSites {
  private readonly walks: ContextWalks;
  private readonly known = new WeakMap<Site, Sleep | null>();

  constructor(walks: ContextWalks) {
    this.walks = walks;
  }

  at(view: ContextView, site: Site): Sleep | null {
    let sleep = this.known.get(site);
    if (sleep === undefined) {
      sleep = this.find(view, site);
      this.known.set(site, sleep);
    }
    return sleep;
  }

  private find(view: ContextView, site: Site): Sleep | null {
    const { rules, classes, index } = this.walks;
    const { scope } = view;
    if (!scope) return null;
    if (site.guard !== null) {
      const guard = rules.guards.get(site.guard);
      if (!guard?.sleeps || guard.success !== 'always' || guard.family === 'srcu' || guard.family === 'rcu')
        return null;
      const naming = new LockNaming(scope, classes, index.locks);
      const { lock } = naming.lockAt(
        guard.lockClass,
        guard.arg === null ? -1 : (site.args[guard.arg] ?? -1),
        guard.field,
        site.args,
      );
      return { call: `guard(${site.guard})`, lock, parameter: -1 };
    }
    if (site.name === '') return this.byFlags(view, site, '(*fn)');
    const api = rules.locks.get(site.name);
    if (api) {
      if (!api.sleeps || api.annotation || (api.op !== 'acquire' && api.op !== 'wait')) return null;
      if (api.tryArg !== null) return null;
      const naming = new LockNaming(scope, classes, index.locks);
      const arg = api.arg === null ? -1 : (site.args[api.arg] ?? -1);
      const { lock } = naming.lockAt(api.lockClass, arg, api.field, site.args);
      return { call: site.name, lock: api.op === 'acquire' ? lock : -1, parameter: -1 };
    }
    const rule = rules.sleepers.get(site.name);
    if (rule) {
      const sleeps: Sleep = { call: site.name, lock: -1, parameter: -1 };
      if (rule.unlessZero === null && rule.onlyIf === null) return sleeps;
      const arg = site.args[rule.unlessZero ?? (rule.onlyIf as number)];
      if (arg === undefined) return null;
      const value = knownValue(scope.file, arg);
      if (value === VALUE.ZERO) return null;
      if (value >= 0) return sleeps;
      const parameter = this.parameterOf(view, arg);
      if (parameter >= 0) return { ...sleeps, parameter };
      return rule.unlessZero !== null ? sleeps : null;
    }
    return this.byFlags(view, site, site.name);
  }

  /** Whether an allocation flag among the arguments lets the callee sleep. */
  private byFlags(view: ContextView, site: Site, name: string): Sleep | null {
    const { rules } = this.walks;
    if (rules.flagKeepers.has(name)) return null;
    for (const arg of site.args) if (this.letsSleep(view, arg, 0)) return { call: name, lock: -1, parameter: -1 };
    return null;
  }

  private letsSleep(view: ContextView, expr: number, depth: number): boolean {
    const { scope } = view;
    if (!scope || depth > 4) return false;
    const { file } = scope;
    const kind = file.kind(expr);
    if (kind === X.NAME)
      return !scope.vars.has(file.a(expr)) && this.walks.rules.sleepingFlags.has(file.name(file.a(expr)));
    if (kind === X.CAST) return this.letsSleep(view, file.b(expr), depth + 1);
    // GFP_KERNEL | __GFP_NOWARN, but not GFP_KERNEL & ~__GFP_DIRECT_RECLAIM
    if (kind === BITWISE_OR)
      return this.letsSleep(view, file.a(expr), depth + 1) || this.letsSleep(view, file.b(expr), depth + 1);
    return false;
  }

  private parameterOf(view: ContextView, arg: number): number {
    const { scope } = view;
    if (!scope) return -1;
    const { file } = scope;
    let e = arg;
    for (let i = 0; i < 6; i++) {
      const kind = file.kind(e);
      if (kind === X.NAME) {
        const at = scope.vars.get(file.a(e));
        return at !== undefined && at < scope.parameters ? at : -1;
      }
      if (kind === X.CAST) e = file.b(e);
      else if (kind === X.NE && knownValue(file, file.b(e)) === VALUE.ZERO) e = file.a(e);
      else return -1;
    }
    return -1;
  }
}
