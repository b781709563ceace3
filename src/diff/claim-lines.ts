import { type CodeDelta, cite, isCode, mentions, type PlacedLine } from './code-delta.ts';

/** What the rulings about code know: the pairs the claim speaks of, and how many patches the new version has. */
export interface CodeScope {
  readonly scope: readonly CodeDelta[];
  readonly total: number;
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** The lines of both versions in a form that the rulings ask. */
export class Lines {
  readonly #about: CodeScope;
  constructor(about: CodeScope) {
    this.#about = about;
  }
  #find(
    side: 'appeared' | 'vanished' | 'from' | 'to',
    wanted: (line: PlacedLine) => boolean,
  ): { line: PlacedLine; delta: CodeDelta } | null {
    for (const delta of this.#about.scope) {
      const line =
        delta[side].find((l) => isCode(l) && wanted(l)) ??
        (side === 'appeared' || side === 'vanished' ? undefined : delta[side].find(wanted));
      if (line) return { line, delta };
    }
    return null;
  }
  appeared(wanted: (line: PlacedLine) => boolean): string | null {
    const found = this.#find('appeared', wanted);
    return found && cite(found.delta, found.line, this.#about.total);
  }
  vanished(wanted: (line: PlacedLine) => boolean): string | null {
    const found = this.#find('vanished', wanted);
    return found && cite(found.delta, found.line, this.#about.total);
  }
  /** Added lines of one version with the identifier. */
  count(side: 'from' | 'to', identifier: string): number {
    let sum = 0;
    for (const delta of this.#about.scope)
      for (const l of delta[side]) if (l.kind === '+' && isCode(l) && mentions(l, identifier)) sum++;
    return sum;
  }
  /** True when the identifier stands anywhere in the new version: in its diffs, with context and headings, or messages. */
  anywhere(identifier: string): boolean {
    return this.#about.scope.some(({ pair }) => {
      const patch = pair.to?.patch;
      return (
        patch !== undefined && [patch.diff, patch.message, patch.title].some((text) => mentions({ text }, identifier))
      );
    });
  }
}
