import { FactsBuilder } from './facts-builder.ts';
import { IntVector } from './int-vector.ts';
import { NameTable } from './names.ts';
import { KEYWORD_COUNT, KEYWORDS, makeTokens, T, type Tokens } from './tokens.ts';

/** How deep brackets may nest before a construct is passed over and counted instead of read. */
export const DEPTH_LIMIT = 120;

/** The state of reading one file: its tokens, the place reached, and what has been found. Reused between files. */
export class Cursor {
  bytes: Uint8Array = new Uint8Array(0);
  readonly tokens: Tokens = makeTokens();
  readonly words = new NameTable(KEYWORDS);
  readonly facts = new FactsBuilder();
  /** Index of the closing bracket of an opening one, -1 elsewhere or when it never closes. */
  match = new Int32Array(1 << 16);
  at = 0;
  /** Exclusive end of what may be read: the file, a macro body. */
  end = 0;
  depth = 0;
  private factNames = new Int32Array(1 << 13).fill(-1);
  private readonly opens = new IntVector(256);

  open(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.words.reset();
    this.facts.reset();
    this.factNames.fill(-1);
    this.at = 0;
    this.depth = 0;
  }

  kind(offset = 0): number {
    const i = this.at + offset;
    return i < this.end ? (this.tokens.kind[i] as number) : T.EOF;
  }

  kindAt(i: number): number {
    return i < this.end ? (this.tokens.kind[i] as number) : T.EOF;
  }

  /** Name id of the token (keywords are below KEYWORD_COUNT), -1 if it is no identifier. */
  word(offset = 0): number {
    const i = this.at + offset;
    return i < this.end ? (this.tokens.name[i] as number) : -1;
  }

  wordAt(i: number): number {
    return i < this.end ? (this.tokens.name[i] as number) : -1;
  }

  isName(i: number): boolean {
    return this.kindAt(i) === T.IDENT && (this.tokens.name[i] as number) >= KEYWORD_COUNT;
  }

  line(i = this.at): number {
    return this.tokens.line[Math.min(i, this.tokens.count - 1)] as number;
  }

  /** The name of an identifier token as a name of the facts. */
  nameAt(i: number): number {
    return this.factName(this.tokens.name[i] as number);
  }

  factName(word: number): number {
    if (word >= this.factNames.length) {
      const wider = new Int32Array(Math.max(this.factNames.length * 2, word + 1)).fill(-1);
      wider.set(this.factNames);
      this.factNames = wider;
    }
    let id = this.factNames[word] as number;
    if (id < 0) {
      id = this.facts.names.adopt(this.words, word);
      this.factNames[word] = id;
    }
    return id;
  }

  text(i: number): string {
    return String.fromCharCode(
      ...this.bytes.subarray(
        this.tokens.start[i] as number,
        Math.min(this.tokens.end[i] as number, (this.tokens.start[i] as number) + 400),
      ),
    );
  }

  /** Whether the token is a name that begins with `__`. */
  isDunder(i: number): boolean {
    const word = this.wordAt(i);
    return word >= 0 && this.words.isDunder(word);
  }

  /** Index after the bracket group that opens at `i`; the end of what may be read when it never closes. */
  after(i: number): number {
    const close = this.match[i] as number;
    return close < 0 || close >= this.end ? this.end : close + 1;
  }

  /** Moves to the next token of kind `k` at this bracket level, or to a `;`, a closing bracket or the end. */
  skipTo(k: number): void {
    while (this.at < this.end) {
      const here = this.kind();
      if (here === k || here === 59 || here === 125 || here === 41 || here === 93) return;
      if (here === 40 || here === 91 || here === 123) this.at = this.after(this.at);
      else this.at++;
    }
  }

  /** Finds the partner of every bracket in one pass. The body of a `#define` pairs for itself. */
  pairBrackets(): void {
    const { tokens, opens } = this;
    if (this.match.length < tokens.count) this.match = new Int32Array(tokens.kind.length);
    opens.clear();
    let base = 0;
    const bases: number[] = [];
    for (let i = 0; i < tokens.count; i++) {
      const k = tokens.kind[i] as number;
      this.match[i] = -1;
      if (k === 40 || k === 91 || k === 123) opens.push(i);
      else if (k === 41 || k === 93 || k === 125) {
        const wanted = k === 41 ? 40 : k - 2;
        // A bracket that never closed is passed over, so that one slip does not swallow the file.
        let top = opens.length - 1;
        while (top >= base && tokens.kind[opens.at(top)] !== wanted && top > opens.length - 4) top--;
        if (top >= base && tokens.kind[opens.at(top)] === wanted) {
          this.match[opens.at(top)] = i;
          opens.length = top;
        }
      } else if (k === T.PP_DEFINE) {
        bases.push(base);
        base = opens.length;
      } else if (k === T.PP_EOL && bases.length > 0) {
        opens.length = base;
        base = bases.pop() as number;
      }
    }
  }
}
