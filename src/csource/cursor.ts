import { FactsBuilder } from './facts-builder.ts';
import { IntVector } from './int-vector.ts';
import { NameTable } from './names.ts';
import { KEYWORD_COUNT, KEYWORDS, makeTokens, T, type Tokens } from './tokens.ts';
import { TraitCache } from './word-traits.ts';

/** How deep brackets may nest before a construct is passed over and counted instead of read. */
export const DEPTH_LIMIT = 120;

/** The state of reading one file: its tokens, the place reached, and what has been found. Reused between files. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  readonly tokens: Tokens = makeTokens();
  readonly words = new NameTable(KEYWORDS);
  readonly facts = new FactsBuilder();
  /**
   * Index of the closing bracket of an opening one, -1 elsewhere or when it never closes; of a directive of an `#if`
   * group, the next directive of the same group.
   */
  match = new Int32Array(1 << 16);
  /** Tokens of `#if` and its like, and of `#define`, in file order. */
  readonly directives = new IntVector();
  readonly defines = new IntVector();
  at = 0;
  /** Exclusive end of what may be read: the file, a macro body. */
  end = 0;
  depth = 0;
  /** A function's body is being read: statements among a macro's arguments count. */
  inBody = false;
  /** Tag of the struct whose fields are being read, -1 outside: a named member of anonymous type is named after it. */
  outerTag = -1;
  /** Words of lists that are being collected, the innermost on top. */
  readonly stack = new IntVector(256);
  private kinds = this.tokens.kind;
  private ids = this.tokens.name;
  private factNames = new Int32Array(1 << 13).fill(-1);
  private readonly traitsKnown = new TraitCache();
  private traits = new Uint16Array(1 << 13);
  private readonly opens = new IntVector(256);

  open(bytes: Uint8Array): void {
    const used = Math.min(this.words.size, this.factNames.length);
    this.factNames.fill(-1, 0, used);
    this.traits.fill(0, 0, used);
    this.bytes = bytes;
    this.words.reset();
    this.facts.reset();
    this.at = 0;
    this.depth = 0;
    this.inBody = false;
    this.outerTag = -1;
    this.stack.clear();
  }

  /** Takes up the tokens: from here on they do not change. */
  start(): void {
    this.kinds = this.tokens.kind;
    this.ids = this.tokens.name;
    this.end = this.tokens.count - 1;
    const { size } = this.words;
    if (this.factNames.length < size) {
      this.factNames = new Int32Array(size * 2).fill(-1);
      this.traits = new Uint16Array(size * 2);
    }
    this.pairBrackets();
  }

  kind(offset = 0): number {
    const i = this.at + offset;
    return i < this.end ? (this.kinds[i] as number) : T.EOF;
  }

  kindAt(i: number): number {
    return i < this.end ? (this.kinds[i] as number) : T.EOF;
  }

  /** Name id of the token (keywords are below KEYWORD_COUNT), -1 if it is no identifier. */
  word(offset = 0): number {
    const i = this.at + offset;
    return i < this.end ? (this.ids[i] as number) : -1;
  }

  wordAt(i: number): number {
    return i < this.end ? (this.ids[i] as number) : -1;
  }

  isName(i: number): boolean {
    return i < this.end && this.kinds[i] === T.IDENT && (this.ids[i] as number) >= KEYWORD_COUNT;
  }

  /** Is this token a directive of an `#if` group? */
  isConditional(i = this.at): boolean {
    const k = this.kindAt(i);
    return k >= T.PP_IF && k <= T.PP_ENDIF;
  }

  line(i = this.at): number {
    return this.tokens.line[Math.min(i, this.tokens.count - 1)] as number;
  }

  /** The name of an identifier token as a name of the facts. */
  nameAt(i: number): number {
    return this.factName(this.ids[i] as number);
  }

  factName(word: number): number {
    const id = this.factNames[word] as number;
    return id >= 0 ? id : this.adoptName(word);
  }

  text(i: number): string {
    const start = this.tokens.start[i] as number;
    const end = Math.min(this.tokens.end[i] as number, start + 400);
    let text = '';
    for (let at = start; at < end; at++) text += String.fromCharCode(this.bytes[at] as number);
    return text;
  }

  /** Whether the token is a name that begins with `__`. */
  isDunder(i: number): boolean {
    const word = this.wordAt(i);
    return word >= 0 && this.words.isDunder(word);
  }

  /** Whether the word at `i` has one of these traits (TRAIT). */
  has(i: number, trait: number): boolean {
    const word = this.wordAt(i);
    if (word < 0) return false;
    const traits = this.traits[word] as number;
    return ((traits === 0 ? this.readTraits(word) : traits) & trait) !== 0;
  }

  /** Index after the bracket group that opens at `i`; the end of what may be read when it never closes. */
  after(i: number): number {
    const close = this.match[i] as number;
    return close < 0 || close >= this.end ? this.end : close + 1;
  }

  /** The place after the token at `i`, or after the whole group when it opens one. */
  step(i: number): number {
    const k = this.kindAt(i);
    return k === 40 || k === 91 || k === 123 ? this.after(i) : i + 1;
  }

  /** Moves to the next token of kind `k` at this bracket level, or to a `;`, a closing bracket or the end. */
  skipTo(k: number): void {
    while (this.at < this.end) {
      const here = this.kind();
      if (here === k || here === 59 || here === 125 || here === 41 || here === 93) return;
      this.at = this.step(this.at);
    }
  }

  private adoptName(word: number): number {
    const id = this.facts.names.adopt(this.words, word);
    this.factNames[word] = id;
    return id;
  }

  private readTraits(word: number): number {
    const traits = this.traitsKnown.of(this.words, word);
    this.traits[word] = traits;
    return traits;
  }

  /** Finds the partner of every bracket and directive in one pass. The body of a `#define` pairs for itself. */
  private pairBrackets(): void {
    const { tokens, opens, directives, defines } = this;
    const { kind, count } = tokens;
    if (this.match.length < count) this.match = new Int32Array(kind.length);
    const { match } = this;
    opens.clear();
    directives.clear();
    defines.clear();
    const groups: number[] = [];
    let base = 0;
    for (let i = 0; i < count; i++) {
      const k = kind[i] as number;
      match[i] = -1;
      if (k < 40) continue;
      if (k === 40 || k === 91 || k === 123) opens.push(i);
      else if (k === 41 || k === 93 || k === 125) {
        const wanted = k === 41 ? 40 : k - 2;
        // A bracket that never closed is passed over, so that one slip does not swallow the file.
        let top = opens.length - 1;
        while (top >= base && kind[opens.at(top)] !== wanted && top > opens.length - 4) top--;
        if (top >= base && kind[opens.at(top)] === wanted) {
          match[opens.at(top)] = i;
          opens.length = top;
        }
      } else if (k >= T.PP_IF) {
        if (k === T.PP_DEFINE) {
          defines.push(i);
          base = opens.length;
        } else if (k === T.PP_EOL) {
          opens.length = base;
          base = 0;
        } else {
          directives.push(i);
          if (k >= T.PP_ELIF) {
            const open = groups.pop();
            if (open !== undefined) match[open] = i;
          }
          if (k !== T.PP_ENDIF) groups.push(i);
        }
      }
    }
  }
}
