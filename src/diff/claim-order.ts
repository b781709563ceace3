import type { CodeScope } from './claim-lines.ts';
import { contradicted, type Ruling, supported } from './claim-words.ts';
import { cite, isCode, mentions } from './code-delta.ts';

/**
 * Decides `added a() before b()`: null when the hunks do not show both. Contradicted only when both stand in one hunk
 * and one function, each exactly once on the new side, the wrong way round.
 */
export function ruleOnOrder(
  name: string,
  relation: 'before' | 'after',
  other: string | undefined,
  about: CodeScope,
): Ruling | null {
  if (other === undefined) return null;
  for (const delta of about.scope) {
    const added = delta.appeared.filter((l) => l.kind === '+' && isCode(l) && mentions(l, name));
    for (const line of added) {
      const hunk = delta.pair.to?.files.flatMap((f) => f.hunks)[line.hunk - 1];
      const lines = (hunk?.lines ?? [])
        .map((l, i) => ({ text: l.text, kind: l.kind, order: i + 1 }))
        .filter((l) => l.kind !== '-' && !/^\s*(?:\/?\*|\/\/)/.test(l.text));
      const others = lines.filter((l) => mentions(l, other));
      const right = others.find((l) => (relation === 'before' ? l.order > line.order : l.order < line.order));
      if (right) return supported(`${cite(delta, line, about.total)}, ${relation} ${right.text.trim()}`);
      const blocks = lines.some(
        (l) =>
          l.text.startsWith('}') && others[0] !== undefined && (l.order - line.order) * (l.order - others[0].order) < 0,
      );
      if (others.length === 1 && added.length === 1 && lines.filter((l) => mentions(l, name)).length === 1 && !blocks) {
        return contradicted(
          `${cite(delta, line, about.total)} stands ${relation === 'before' ? 'after' : 'before'} ${others[0]!.text.trim()}`,
        );
      }
    }
  }
  return null;
}
