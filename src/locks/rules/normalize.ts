import { contextPieces } from './normalize-contexts.ts';
import { familyPieces } from './normalize-family.ts';
import { each, type GuardPiece, type Piece } from './piece.ts';
import type {
  ClassRule,
  Context,
  ForbiddenCall,
  Handover,
  Hub,
  OrderRule,
  Registration,
  SlotRule,
  Suppression,
  Transparent,
} from './rule.ts';
import type { RulesFile } from './schema.ts';

/** Expands a rule file's groups and defaults into single rules, in the order of the file. */
export function normalize(file: RulesFile): Piece[] {
  const pieces: Piece[] = [];
  for (const [name, family] of Object.entries(file.locks ?? {})) pieces.push(...familyPieces(name, family));
  for (const [name, g] of Object.entries(file.guards ?? {})) {
    const value: GuardPiece = {
      name,
      style: g.style ?? 'class',
      family: g.family,
      mode: g.mode ?? 'exclusive',
      arg: g.class ? null : (g.arg ?? 0),
      lockClass: g.class ?? null,
      field: g.field ?? null,
      success: g.success ?? 'always',
      irq: g.irq ?? 'none',
      bh: g.bh ?? 'none',
    };
    pieces.push({ kind: 'guard', key: name, path: ['guards', name], value });
  }
  for (const [i, tag] of (file.containers ?? []).entries())
    pieces.push({ kind: 'container', key: tag, path: ['containers', i], value: tag });
  for (const [i, t] of (file.transparent ?? []).entries())
    each(t.name, ['transparent', i, 'name'], (name, path) => {
      const typed = t.is === 'container-of';
      const value: Transparent = {
        name,
        kind: t.is,
        arg: t.arg ?? 0,
        typeArg: typed ? (t.type ?? 1) : null,
        memberArg: typed ? (t.member ?? 2) : t.is === 'member' ? (t.member ?? 1) : null,
        typeIs: t['type-is'] ?? 'type',
      };
      pieces.push({ kind: 'transparent', key: name, path, value });
    });
  for (const [i, s] of (file.slots ?? []).entries())
    each(s.slot, ['slots', i, 'slot'], (slot, path) => {
      const value: SlotRule = {
        slot,
        context: s.context ?? null,
        held: s.held ?? [],
        unbound: s.unbound ?? false,
        binds: s.binds ?? null,
        because: s.because,
      };
      pieces.push({ kind: 'slot', key: slot, path, value });
    });
  for (const [i, r] of (file.registrations ?? []).entries())
    each(r.name, ['registrations', i, 'name'], (name, path) => {
      const also = (r.also ?? []).map((a) => ({
        fnArg: a.fn,
        context: a.context satisfies Context,
        slot: a.slot ?? null,
      }));
      const value: Registration = {
        name,
        fnArg: r.fn,
        objectArg: typeof r.object === 'number' ? r.object : null,
        objectIsResult: r.object === 'result',
        context: r.context,
        waitClass: r.wait ?? null,
        slot: r.slot ?? null,
        also,
      };
      pieces.push({ kind: 'registration', key: name, path, value });
    });
  for (const [i, h] of (file.handovers ?? []).entries())
    each(h.name, ['handovers', i, 'name'], (name, path) => {
      const value: Handover = {
        name,
        of: h.of,
        objectArg: h.object,
        onArg: h.on,
        field: h.field ?? null,
        waitClass: h.wait ?? null,
        because: h.because,
      };
      pieces.push({ kind: 'handover', key: name, path, value });
    });
  for (const [i, h] of (file.hubs ?? []).entries())
    each(h.name, ['hubs', i, 'name'], (name, path) => {
      const value: Hub = { name, acquires: h.acquires ?? [], when: h.when ?? null, because: h.because };
      pieces.push({ kind: 'hub', key: name, path, value });
    });
  pieces.push(...contextPieces(file));
  for (const [i, o] of (file.orders ?? []).entries())
    for (let k = 0; k + 1 < o.order.length; k++) {
      const value: OrderRule = { before: o.order[k]!, after: o.order[k + 1]!, because: o.because, source: o.source };
      pieces.push({
        kind: 'order',
        key: `${value.before} -> ${value.after}`,
        path: ['orders', i, 'order', k + 1],
        value,
      });
    }
  for (const [i, f] of (file.forbidden ?? []).entries())
    each(f.call, ['forbidden', i, 'call'], (callee, path) => {
      const value: ForbiddenCall = { callee, holding: f.holding, because: f.because };
      pieces.push({ kind: 'forbidden', key: `${callee} under ${f.holding}`, path, value });
    });
  for (const [i, c] of (file.classes ?? []).entries())
    each(c.class, ['classes', i, 'class'], (name, path) => {
      const value: ClassRule = { class: name, selfCycle: c['self-cycle'], because: c.because };
      pieces.push({ kind: 'class', key: name, path, value });
    });
  for (const [i, name] of (file['no-return'] ?? []).entries())
    pieces.push({ kind: 'no-return', key: name, path: ['no-return', i], value: name });
  for (const [i, o] of (file.opaque ?? []).entries())
    each(o.path, ['opaque', i, 'path'], (name, path) => {
      pieces.push({ kind: 'opaque', key: name, path, value: { path: name, because: o.because } });
    });
  for (const [i, s] of (file.suppressions ?? []).entries()) {
    const value: Suppression = {
      fingerprint: s.fingerprint ?? null,
      locks: s.locks ?? [],
      path: s.path ?? null,
      reason: s.reason,
      expires: s.expires ?? null,
    };
    const key = `${value.fingerprint ?? ''} ${value.locks.join(' ')} ${value.path ?? ''}`;
    pieces.push({ kind: 'suppression', key, path: ['suppressions', i], value });
  }
  return pieces;
}
