import type { RuleText } from './files.ts';
import { type FilePieces, merge } from './merge.ts';
import { normalize } from './normalize.ts';
import type { Piece } from './piece.ts';
import { readRules } from './read.ts';
import type { RuleProblem } from './rule.ts';
import type { PlacedPiece } from './rule-set.ts';

/** Rules read and merged; plain JSON, and independent of the date. What the rule cache keeps. */
export interface CompiledRules {
  readonly pieces: readonly Piece[];
  readonly suppressions: readonly PlacedPiece[];
  readonly problems: readonly RuleProblem[];
}

/** Reads, checks and merges the texts of rule files. A file with an error in it is left out; the others stand. */
export function compileRules(texts: readonly RuleText[]): CompiledRules {
  const problems: RuleProblem[] = [];
  const files: FilePieces[] = [];
  for (const { file, source, text } of texts) {
    const { content, problems: found, at } = readRules(file, text);
    problems.push(...found);
    if (content) files.push({ file, source, replaces: content.replaces ?? false, pieces: normalize(content), at });
  }
  const merged = merge(files);
  const suppressions = files.flatMap(({ file, pieces, at }) =>
    pieces
      .filter((piece) => piece.kind === 'suppression' && merged.pieces.includes(piece))
      .map((piece) => ({ piece, file, ...at(piece.path) })),
  );
  return { pieces: merged.pieces, suppressions, problems: [...problems, ...merged.problems] };
}
