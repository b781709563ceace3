/** Token kinds. Punctuation of one character is its ASCII code; what C spells with more follows from 128. */
export const T = {
  EOF: 0,
  IDENT: 1,
  NUMBER: 2,
  STRING: 3,
  CHAR: 4,
  ARROW: 128,
  EQ: 129,
  NE: 130,
  LE: 131,
  GE: 132,
  ANDAND: 133,
  OROR: 134,
  INC: 135,
  DEC: 136,
  ASSIGN_OP: 137,
  SHL: 138,
  SHR: 139,
  ELLIPSIS: 140,
  PASTE: 141,
  /** Preprocessor lines; `start`/`end` of IF and ELIF span the condition's text. */
  PP_IF: 150,
  PP_IFDEF: 151,
  PP_IFNDEF: 152,
  PP_ELIF: 153,
  PP_ELSE: 154,
  PP_ENDIF: 155,
  PP_DEFINE: 156,
  PP_EOL: 157,
} as const;

/** Words that the parser knows; their name ids are their position here. */
export const KEYWORDS = [
  'if',
  'else',
  'for',
  'while',
  'do',
  'switch',
  'case',
  'default',
  'break',
  'continue',
  'return',
  'goto',
  'struct',
  'union',
  'enum',
  'typedef',
  'static',
  'extern',
  'inline',
  'const',
  'volatile',
  'register',
  'auto',
  'signed',
  'unsigned',
  'int',
  'char',
  'short',
  'long',
  'void',
  'float',
  'double',
  '_Bool',
  'sizeof',
  'typeof',
  '__typeof__',
  '__typeof',
  '__attribute__',
  'asm',
  '__asm__',
  '__inline',
  '__inline__',
  'restrict',
  '__extension__',
  '__auto_type',
  '__label__',
  '__always_inline',
  '_Static_assert',
  'static_assert',
  '__asm',
  '__attribute',
  '__restrict',
  '__const',
  '__volatile__',
  '__signed__',
  '_Alignof',
  '__alignof__',
  'typeof_unqual',
  '__int128',
  '_Generic',
  '__typeof_unqual__',
  'noinline',
  'asmlinkage',
  '__init',
  '__exit',
  'asm_inline',
  'asm_volatile_goto',
  'asm_goto_output',
] as const;

export const KEYWORD_COUNT = KEYWORDS.length;

type Keyword = (typeof KEYWORDS)[number];

/** Name id of a keyword. */
export const K = Object.fromEntries(KEYWORDS.map((word, id) => [word, id])) as Record<Keyword, number>;

/** The tokens of one file as columns. */
export interface Tokens {
  count: number;
  kind: Uint8Array;
  start: Int32Array;
  end: Int32Array;
  line: Int32Array;
  /** Name id of an identifier, -1 otherwise. */
  name: Int32Array;
}

export function makeTokens(capacity = 1 << 16): Tokens {
  return {
    count: 0,
    kind: new Uint8Array(capacity),
    start: new Int32Array(capacity),
    end: new Int32Array(capacity),
    line: new Int32Array(capacity),
    name: new Int32Array(capacity),
  };
}

export function widenTokens(tokens: Tokens): void {
  const capacity = tokens.kind.length * 2;
  const kind = new Uint8Array(capacity);
  kind.set(tokens.kind);
  tokens.kind = kind;
  for (const column of ['start', 'end', 'line', 'name'] as const) {
    const wider = new Int32Array(capacity);
    wider.set(tokens[column]);
    tokens[column] = wider;
  }
}
