/**
 * What one C file says, as columns of 32-bit words. Every reference is an index into another column of the same file;
 * -1 means "none". Facts depend on the file's bytes and `FRONT_END_VERSION` only.
 */
export interface FileFacts {
  /** Names of the file: `nameBytes[nameEnds[i-1] .. nameEnds[i]]`. */
  readonly nameEnds: Int32Array;
  readonly nameBytes: Uint8Array;
  /** Expressions, hash-consed, X_WORDS each: kind (X, plus X_EFFECT), a, b. Equal text gives equal index. */
  readonly exprs: Int32Array;
  /** Lists: a length, then that many words. */
  readonly lists: Int32Array;
  /** Types, TYPE_WORDS each: kind (TYPE), name or expression. */
  readonly types: Int32Array;
  readonly functions: Int32Array;
  readonly vars: Int32Array;
  readonly code: Int32Array;
  readonly scopes: Int32Array;
  readonly annotations: Int32Array;
  readonly structs: Int32Array;
  readonly fields: Int32Array;
  readonly globals: Int32Array;
  readonly inits: Int32Array;
  readonly invocations: Int32Array;
  readonly macroTexts: Int32Array;
  readonly typedefs: Int32Array;
  readonly prototypes: Int32Array;
  /** Lines where an `#if` arm was dropped because its brackets do not balance, or a construct was passed over. */
  readonly dropped: Int32Array;
}

/** Changes whenever the same bytes may give other facts: part of every cache key. */
export const FRONT_END_VERSION = 4;

/** The columns in the order in which they are stored. */
export const COLUMNS = [
  'nameEnds',
  'exprs',
  'lists',
  'types',
  'functions',
  'vars',
  'code',
  'scopes',
  'annotations',
  'structs',
  'fields',
  'globals',
  'inits',
  'invocations',
  'macroTexts',
  'typedefs',
  'prototypes',
  'dropped',
] as const;

/** Expression kinds. `a` and `b` are expressions unless said otherwise. */
export const X = {
  UNKNOWN: 0,
  /** a: name */
  NAME: 1,
  /** a: value (fits 31 bits) */
  NUM: 2,
  STRING: 3,
  /** a: base, b: name; `.` */
  FIELD: 4,
  /** a: base, b: name; `->` */
  ARROW: 5,
  DEREF: 6,
  ADDR: 7,
  /** a: base, b: index */
  INDEX: 8,
  /** a: callee, b: list of arguments */
  CALL: 9,
  /** a: type, b: operand */
  CAST: 10,
  /** a: type (an argument that is a type) */
  TYPE: 11,
  NOT: 12,
  EQ: 13,
  NE: 14,
  LT: 15,
  GT: 16,
  LE: 17,
  GE: 18,
  ANDAND: 19,
  OROR: 20,
  /** a: condition, b: list of two */
  COND: 21,
  /** a: target, b: value */
  ASSIGN: 22,
  /** a: target, b: operand of a compound assignment */
  MODIFY: 23,
  INC: 24,
  DEC: 25,
  /** a: token of the `{`: a statement expression, only while its function is read */
  STATEMENTS: 26,
  /** a: name: the text of a preprocessor condition */
  CONFIG: 27,
  COMMA: 28,
  NEG: 29,
  /** 32 + the operator's token kind: other binary operators */
  OPERATOR: 32,
} as const;
/** Set in the kind of an expression that calls, assigns or holds statements. */
export const X_EFFECT = 0x100;
export const X_KIND = 0xff;
export const X_WORDS = 3;

export const TYPE = { BUILTIN: 0, STRUCT: 1, UNION: 2, ENUM: 3, NAMED: 4, TYPEOF: 5 } as const;
/** kind, name or expression. */
export const TYPE_WORDS = 2;

/** Instructions of a function's skeleton. Word 0 is `op | (line - function line) << 8`. Targets count from the function's code start. */
export const OP = {
  /** expr (X.CALL), result (expression assigned, or -1) */
  CALL: 1,
  /** target, value */
  ASSIGN: 2,
  /** target, +1, -1 or 0 (unknown) */
  MODIFY: 3,
  /** condition, where to go if false */
  BRANCH: 4,
  /** target */
  JUMP: 5,
  /** expr or -1 */
  RETURN: 6,
  /** expr, n, then n pairs (case expression or -1 for default, target); without default it may fall out: last pair (-2, target) */
  SWITCH: 7,
  /** expr (X.CALL of the macro), where to go when the block is over */
  BLOCK: 8,
  /** target (the BLOCK), where to go when the block ran once */
  REPEAT: 9,
  /** name of the variable, name of the cleanup */
  CLEANUP: 10,
} as const;

/** Number of words of an instruction at `at` in `code`. */
export function instructionSize(code: Int32Array, at: number): number {
  switch ((code[at] as number) & 0xff) {
    case OP.JUMP:
    case OP.RETURN:
      return 2;
    case OP.SWITCH:
      return 3 + 2 * (code[at + 2] as number);
    default:
      return 3;
  }
}

export const F = {
  NAME: 0,
  FLAGS: 1,
  LINE: 2,
  END_LINE: 3,
  TYPE: 4,
  VARS: 5,
  PARAMS: 6,
  VAR_COUNT: 7,
  CODE: 8,
  CODE_LENGTH: 9,
  CONDITION: 10,
  ANNOTATIONS: 11,
  ANNOTATION_COUNT: 12,
  SCOPES: 13,
  SCOPE_COUNT: 14,
  WORDS: 15,
} as const;

export const FLAG = {
  STATIC: 1,
  INLINE: 2,
  MACRO: 4,
  OBJECT_MACRO: 8,
  SYSCALL: 16,
  INIT: 32,
  EXIT: 64,
  EXTERN: 128,
  ARRAY: 256,
  /** The body holds constructs that were not understood. */
  PARTIAL: 512,
  /** Declared inside a function. */
  LOCAL: 1024,
} as const;

/** name, type, pointer depth | array << 8 */
export const VAR = { NAME: 0, TYPE: 1, POINTER: 2, WORDS: 3 } as const;
/** tag, kind (TYPE.STRUCT or UNION), first field, fields, line */
export const STRUCT = { TAG: 0, KIND: 1, FIELDS: 2, COUNT: 3, LINE: 4, WORDS: 5 } as const;
/** name, type, pointer depth | FIELD_FLAG */
export const FIELD = { NAME: 0, TYPE: 1, POINTER: 2, WORDS: 3 } as const;
export const FIELD_FLAG = { ARRAY: 0x100, FUNCTION: 0x200 } as const;
/** name, type, pointer depth, flags, line, condition */
export const GLOBAL = { NAME: 0, TYPE: 1, POINTER: 2, FLAGS: 3, LINE: 4, CONDITION: 5, WORDS: 6 } as const;
/** owner variable or -1, type, path (list of names, or ~position), value, line */
export const INIT = { OWNER: 0, TYPE: 1, PATH: 2, VALUE: 3, LINE: 4, WORDS: 5 } as const;
/** macro name, arguments (list), flags, line, condition */
export const INVOCATION = { NAME: 0, ARGS: 1, FLAGS: 2, LINE: 3, CONDITION: 4, WORDS: 5 } as const;
/** macro name, parameters (list of names), body text (a name) */
export const MACRO_TEXT = { NAME: 0, PARAMS: 1, BODY: 2, WORDS: 3 } as const;
/** name, type, pointer depth */
export const TYPEDEF = { NAME: 0, TYPE: 1, POINTER: 2, WORDS: 3 } as const;
/** function name, return type */
export const PROTOTYPE = { NAME: 0, TYPE: 1, WORDS: 2 } as const;
/** attribute name, arguments (list) */
export const ANNOTATION = { NAME: 0, ARGS: 1, WORDS: 2 } as const;
/** code from, code to: a block that may end a scope-based lock */
export const SCOPE = { FROM: 0, TO: 1, WORDS: 2 } as const;
