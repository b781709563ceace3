import { each, type Piece } from './piece.ts';
import type { RulePath } from './read.ts';
import type { LockApi, LockFamily, LockOp, Mode, Success } from './rule.ts';
import type { CallEntry, FamilyEntry } from './schema.ts';

const OPERATIONS = [
  'acquire',
  'try',
  'release',
  'assert',
  'downgrade',
  'drop-retake',
  'wait',
  'query',
  'init',
] as const satisfies readonly LockOp[];

/** A lock family and its calls, each with the family's defaults. */
export function familyPieces(name: string, family: FamilyEntry): Piece[] {
  const value: LockFamily = {
    family: name,
    types: family.types ?? [],
    definers: family.definers ?? [],
    sleeps: family.sleeps ?? false,
    atomic: family.atomic ?? false,
    ownerless: family.ownerless ?? false,
    backsOff: family['backs-off'] ?? false,
  };
  const pieces: Piece[] = [{ kind: 'family', key: name, path: ['locks', name], value }];
  const sides: readonly [Mode, RulePath, Pick<FamilyEntry, (typeof OPERATIONS)[number]>][] = [
    [family.mode ?? 'exclusive', [], family],
    ['shared', ['shared'], family.shared ?? {}],
    ['recursive-read', ['recursive-read'], family['recursive-read'] ?? {}],
  ];
  for (const [mode, side, operations] of sides)
    for (const op of OPERATIONS)
      for (const [i, entry] of (operations[op] ?? []).entries()) {
        const call = typeof entry === 'string' ? { name: entry } : entry;
        const path = ['locks', name, ...side, op, i, ...(typeof entry === 'string' ? [] : ['name'])];
        each(call.name, path, (api, at) => {
          pieces.push({ kind: 'lock', key: api, path: at, value: lockApi(api, op, mode, name, family, call) });
        });
      }
  return pieces;
}

function lockApi(
  name: string,
  op: LockOp,
  mode: Mode,
  familyName: string,
  family: FamilyEntry,
  call: Exclude<CallEntry, string>,
): LockApi {
  const lockClass = call.class ?? (call.arg === undefined ? (family.class ?? null) : null);
  const success: Success = call.success ?? (op === 'try' ? 'nonzero' : 'always');
  return {
    name,
    op,
    family: familyName,
    mode,
    arg: lockClass === null ? (call.arg ?? family.arg ?? 0) : null,
    lockClass,
    field: call.field ?? family.field ?? null,
    success,
    subclassArg: call.subclass ?? null,
    nestArg: call.nest ?? null,
    irq: call.irq ?? 'none',
    bh: call.bh ?? 'none',
    preempt: call.preempt ?? 'none',
    sleeps: call.sleeps ?? ((op === 'acquire' || op === 'wait' || op === 'drop-retake') && (family.sleeps ?? false)),
    callbackArg: call.callback ?? null,
    tryArg: call['try-arg'] ?? null,
    annotation: family.annotation ?? false,
    because: call.because ?? family.because ?? null,
    since: call.since ?? null,
  };
}
