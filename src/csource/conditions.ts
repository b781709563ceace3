import { normalCondition } from './conditionals.ts';
import type { Cursor } from './cursor.ts';
import { T } from './tokens.ts';

/** How many enclosing `#if`s are named: a file that nests deeper is no C source. */
const NAMED = 16;

/** Under which `#if`s a place of the file stands. Follows the file from front to back, whoever read the tokens between. */
export class Conditions {
  private readonly c: Cursor;
  /** The directive that opened the current arm, of every group around; with `~` when the arm is an `#else`. */
  private readonly open: number[] = [];
  private next = 0;
  private name = -1;
  private isKnown = true;

  constructor(c: Cursor) {
    this.c = c;
  }

  reset(): void {
    this.open.length = 0;
    this.next = 0;
    this.name = -1;
    this.isKnown = true;
  }

  /** Name of the condition under which token `i` stands, -1 for none. `i` never goes back. */
  at(i: number): number {
    const { c, open } = this;
    const { directives } = c;
    while (this.next < directives.length && directives.at(this.next) < i) {
      const directive = directives.at(this.next++);
      const k = c.tokens.kind[directive] as number;
      this.isKnown = false;
      if (k <= T.PP_IFNDEF) open.push(directive);
      else if (k === T.PP_ENDIF) open.pop();
      else if (open.length > 0) {
        const top = open[open.length - 1] as number;
        open[open.length - 1] = k === T.PP_ELIF ? directive : ~top;
      }
    }
    if (!this.isKnown) {
      this.isKnown = true;
      this.name = open.length === 0 ? -1 : this.spell();
    }
    return this.name;
  }

  private spell(): number {
    const { c } = this;
    const said: string[] = [];
    for (const entry of this.open.slice(-NAMED)) {
      const directive = entry < 0 ? ~entry : entry;
      const { text, negated } = normalCondition(c.tokens.kind[directive] as number, c.text(directive));
      const isNegated = negated !== entry < 0;
      if (isNegated ? /_H_*$/.test(text) : text === '__KERNEL__') continue; // an include guard; what always holds
      said.push(isNegated ? `!${text}` : text);
    }
    return said.length > 0 ? c.facts.names.internString(said.join(' && ')) : -1;
  }
}
