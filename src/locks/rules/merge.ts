import { nearest } from './nearest.ts';
import { orderCycle } from './order-cycle.ts';
import type { Piece } from './piece.ts';
import type { RulePath } from './read.ts';
import type { RuleProblem } from './rule.ts';

/** The pieces of one file, and how to find a piece in it. */
export interface FilePieces {
  readonly file: string;
  /** Files of the same source (one directory of rules) may not repeat each other, whatever they say. */
  readonly source: number;
  readonly replaces: boolean;
  readonly pieces: readonly Piece[];
  readonly at: (path: RulePath) => { readonly line: number; readonly column: number };
}

/**
 * Joins the pieces of all files, in the order of loading. The first of two pieces with one name stays, unless a later
 * source says `replaces: true`; an order that closes a cycle and a guard of an unknown family are left out.
 */
export function merge(files: readonly FilePieces[]): { pieces: Piece[]; problems: RuleProblem[] } {
  const problems: RuleProblem[] = [];
  const kept = new Map<string, { piece: Piece; from: FilePieces }>();
  const complain = (from: FilePieces, path: RulePath, what: string, instead: string) =>
    problems.push({ file: from.file, ...from.at(path), severity: 'error', what, instead });

  for (const from of files)
    for (const piece of from.pieces) {
      const id = `${piece.kind}:${piece.key}`;
      const earlier = kept.get(id);
      if (!earlier) kept.set(id, { piece, from });
      else if (from.replaces && earlier.from.source !== from.source) kept.set(id, { piece, from });
      else {
        const { line } = earlier.from.at(earlier.piece.path);
        const own = earlier.from.source === from.source;
        complain(
          from,
          piece.path,
          `${piece.kind} '${piece.key}' is already in ${earlier.from.file}:${line}`,
          own ? 'keep one of the two' : 'remove it here, or say replaces: true at the top of this file',
        );
      }
    }

  const families = [...kept.values()].filter((k) => k.piece.kind === 'family').map((k) => k.piece.key);
  const known = new Set(families);
  for (const [id, { piece, from }] of kept)
    if (piece.kind === 'guard' && !known.has(piece.value.family)) {
      const near = nearest(piece.value.family, families);
      complain(
        from,
        piece.path,
        `guard '${piece.key}' is of the unknown family '${piece.value.family}'`,
        near ? `write family: ${near}` : 'add the family under locks:',
      );
      kept.delete(id);
    }

  const after = new Map<string, string[]>();
  for (const [id, { piece, from }] of kept) {
    if (piece.kind !== 'order') continue;
    const cycle = orderCycle(after, piece.value.before, piece.value.after);
    if (cycle) {
      complain(
        from,
        piece.path,
        `this order closes a cycle: ${cycle.join(' -> ')}`,
        'remove or turn round one of these orders',
      );
      kept.delete(id);
    } else after.set(piece.value.before, [...(after.get(piece.value.before) ?? []), piece.value.after]);
  }
  return { pieces: [...kept.values()].map((k) => k.piece), problems };
}
