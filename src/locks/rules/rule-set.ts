import { createHash } from 'node:crypto';
import type { Piece, PieceValues } from './piece.ts';
import type { RuleProblem, RuleSet } from './rule.ts';

/** A suppression with the place that a problem about it names. */
export interface PlacedPiece {
  readonly piece: Piece;
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * Turns merged pieces into the `RuleSet`; suppressions past their expiry are left out and told of.
 * `today` is an ISO date. `hash` is a sha256 over the content, whatever files it came from.
 */
export function ruleSet(
  pieces: readonly Piece[],
  suppressions: readonly PlacedPiece[],
  today: string,
): { rules: RuleSet; problems: RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const live = [];
  for (const { piece, file, line, column } of suppressions) {
    if (piece.kind !== 'suppression') continue;
    const { expires, reason } = piece.value;
    if (expires !== null && expires < today)
      problems.push({
        file,
        line,
        column,
        severity: 'warning',
        what: `this suppression expired on ${expires} (${reason.slice(0, 80)})`,
        instead: 'remove it, or give it a later date and a reason that still holds',
      });
    else live.push(piece.value);
  }
  const of = <K extends keyof PieceValues>(kind: K): PieceValues[K][] =>
    pieces.filter((p) => p.kind === kind).map((p) => p.value as PieceValues[K]);
  const sleeps = new Map(of('family').map((f) => [f.family, f.sleeps]));
  const content = {
    families: of('family'),
    locks: of('lock'),
    guards: of('guard').map((g) => ({ ...g, sleeps: sleeps.get(g.family) ?? false })),
    containers: of('container'),
    transparent: of('transparent'),
    slots: of('slot'),
    registrations: of('registration'),
    handovers: of('handover'),
    hubs: of('hub'),
    orders: of('order'),
    forbidden: of('forbidden'),
    sleepers: of('sleeper'),
    sleepingFlags: of('sleeping-flag'),
    flagKeepers: of('flag-keeper'),
    contextTests: of('context-test'),
    slotFollows: of('slot-follows'),
    slotContexts: of('slot-context'),
    callbackShapes: of('callback-shape'),
    objectRegistrations: of('object-registration'),
    suppressions: live,
    classes: of('class'),
    noReturn: of('no-return'),
    opaquePaths: of('opaque'),
  };
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  const rules: RuleSet = {
    ...content,
    hash,
    locks: new Map(content.locks.map((l) => [l.name, l])),
    guards: new Map(content.guards.map((g) => [g.name, g])),
    containers: new Set(content.containers),
    transparent: new Map(content.transparent.map((t) => [t.name, t])),
    slots: new Map(content.slots.map((s) => [s.slot, s])),
    registrations: new Map(content.registrations.map((r) => [r.name, r])),
    handovers: new Map(content.handovers.map((h) => [h.name, h])),
    hubs: new Map(content.hubs.map((h) => [h.name, h])),
    classes: new Map(content.classes.map((c) => [c.class, c])),
    noReturn: new Set(content.noReturn),
    sleepers: new Map(content.sleepers.map((s) => [s.name, s])),
    sleepingFlags: new Set(content.sleepingFlags),
    flagKeepers: new Set(content.flagKeepers),
    contextTests: new Map(content.contextTests.map((t) => [t.name, t])),
    objectRegistrations: new Map(content.objectRegistrations.map((r) => [r.name, r])),
  };
  return { rules, problems };
}
