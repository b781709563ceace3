import { each, type Piece } from './piece.ts';
import type { RulesFile } from './schema.ts';

/** The rules about where code runs and what may sleep, one piece each. */
export function contextPieces(file: RulesFile): Piece[] {
  const pieces: Piece[] = [];
  for (const [i, r] of (file['object-registrations'] ?? []).entries())
    each(r.name, ['object-registrations', i, 'name'], (name, path) => {
      const value = { name, objectArg: r.object, field: r.field, context: r.context };
      pieces.push({ kind: 'object-registration', key: name, path, value });
    });
  for (const [i, shape] of (file['callback-shapes'] ?? []).entries()) {
    const value = {
      params: shape.params,
      returns: shape.returns ?? null,
      context: shape.context,
      because: shape.because,
    };
    const key = `${value.returns ?? '*'} (${value.params.map((param) => param ?? '*').join()})`;
    pieces.push({ kind: 'callback-shape', key, path: ['callback-shapes', i], value });
  }
  for (const [i, s] of (file['slot-contexts'] ?? []).entries())
    each(s.slot, ['slot-contexts', i, 'slot'], (slot, path) => {
      pieces.push({
        kind: 'slot-context',
        key: slot,
        path,
        value: { slot, contexts: [s.context].flat(), because: s.because },
      });
    });
  for (const [i, s] of (file['slot-follows'] ?? []).entries())
    each(s.slot, ['slot-follows', i, 'slot'], (slot, path) => {
      pieces.push({ kind: 'slot-follows', key: slot, path, value: { slot, follows: s.follows, because: s.because } });
    });
  for (const [i, s] of (file.sleeps ?? []).entries())
    each(s.name, ['sleeps', i, 'name'], (name, path) => {
      const value = {
        name,
        unlessZero: s['unless-zero'] ?? null,
        onlyIf: s['only-if'] ?? null,
        because: s.because,
      };
      pieces.push({ kind: 'sleeper', key: name, path, value });
    });
  for (const [i, flag] of (file['sleeping-flags'] ?? []).entries())
    pieces.push({ kind: 'sleeping-flag', key: flag, path: ['sleeping-flags', i], value: flag });
  for (const [i, name] of (file['flag-keepers'] ?? []).entries())
    pieces.push({ kind: 'flag-keeper', key: name, path: ['flag-keepers', i], value: name });
  for (const [i, t] of (file['context-tests'] ?? []).entries())
    each(t.name, ['context-tests', i, 'name'], (name, path) => {
      pieces.push({ kind: 'context-test', key: name, path, value: { name, means: t.means } });
    });
  return pieces;
}
