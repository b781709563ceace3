import { deflateRawSync, inflateRawSync } from 'node:zlib';
import {
  ANNOTATION,
  COLUMNS,
  F,
  FIELD,
  type FileFacts,
  GLOBAL,
  INIT,
  INVOCATION,
  instructionSize,
  MACRO_TEXT,
  OP,
  PROTOTYPE,
  SCOPE,
  STRUCT,
  TYPE_WORDS,
  TYPEDEF,
  VAR,
  X,
  X_KIND,
  X_WORDS,
} from '../csource/index.ts';

type ColumnName = (typeof COLUMNS)[number];

/** Words of one row of each column that has rows; the others are a plain run of words. */
const STRIDE: Partial<Record<ColumnName, number>> = {
  types: TYPE_WORDS,
  functions: F.WORDS,
  vars: VAR.WORDS,
  scopes: SCOPE.WORDS,
  annotations: ANNOTATION.WORDS,
  structs: STRUCT.WORDS,
  fields: FIELD.WORDS,
  globals: GLOBAL.WORDS,
  inits: INIT.WORDS,
  invocations: INVOCATION.WORDS,
  macroTexts: MACRO_TEXT.WORDS,
  typedefs: TYPEDEF.WORDS,
  prototypes: PROTOTYPE.WORDS,
};

/** Positions in a row that mostly grow from row to row, as bits: the difference is stored. Measured on 6.12. */
const GROWING: Partial<Record<ColumnName, number>> = {
  nameEnds: 1,
  dropped: 1,
  types: 1 << 1,
  functions:
    (1 << F.NAME) |
    (1 << F.LINE) |
    (1 << F.END_LINE) |
    (1 << F.VARS) |
    (1 << F.CODE) |
    (1 << F.ANNOTATIONS) |
    (1 << F.SCOPES),
  vars: 1 << VAR.NAME,
  structs: (1 << STRUCT.TAG) | (1 << STRUCT.FIELDS) | (1 << STRUCT.LINE),
  fields: 1 << FIELD.NAME,
  globals: (1 << GLOBAL.NAME) | (1 << GLOBAL.LINE),
  inits: (1 << INIT.OWNER) | (1 << INIT.PATH) | (1 << INIT.VALUE) | (1 << INIT.LINE),
  invocations: 1 << INVOCATION.LINE,
};

/** Expressions whose first word is no expression: a name, a number, a type. */
const A_PLAIN = kinds(X.NAME, X.NUM, X.STRING, X.CAST, X.TYPE, X.CONFIG, X.UNKNOWN, X.STATEMENTS);
/** Expressions whose second word is no expression: a field's name, a list. */
const B_PLAIN = kinds(
  X.FIELD,
  X.ARROW,
  X.NAME,
  X.NUM,
  X.STRING,
  X.TYPE,
  X.CONFIG,
  X.UNKNOWN,
  X.DEREF,
  X.ADDR,
  X.NOT,
  X.NEG,
  X.INC,
  X.DEC,
);

function kinds(...of: number[]): Uint8Array {
  const set = new Uint8Array(256);
  for (const kind of of) set[kind] = 1;
  return set;
}

/** Appends words; one buffer serves all files of a thread. */
class Writer {
  bytes = new Uint8Array(1 << 20);
  at = 0;

  /** A signed word in one to five bytes. */
  put(value: number): void {
    const { bytes } = this;
    let u = ((value << 1) ^ (value >> 31)) >>> 0;
    while (u >= 128) {
      bytes[this.at++] = (u & 127) | 128;
      u >>>= 7;
    }
    bytes[this.at++] = u;
  }

  /** Makes room for so many words. */
  reserve(words: number): void {
    if (this.at + words * 5 <= this.bytes.length) return;
    const wider = new Uint8Array(Math.max(this.bytes.length * 2, this.at + words * 5));
    wider.set(this.bytes.subarray(0, this.at));
    this.bytes = wider;
  }
}

const writer = new Writer();

/**
 * Facts as they are kept on disk: each position of each column is a stream of its own, in one to five bytes a word,
 * and all of it deflated. A quarter of the size in memory; 1.1 GB of C give 170 MB.
 *
 * @example
 * const record = packFacts(readFile(bytes));
 * const facts = unpackFacts(record);
 */
export function packFacts(facts: FileFacts): Uint8Array {
  const to = writer;
  to.at = 0;
  to.reserve(COLUMNS.length + 1);
  to.put(facts.nameBytes.length);
  for (const column of COLUMNS) to.put(facts[column].length);
  for (const column of COLUMNS) {
    const words = facts[column];
    to.reserve(words.length + 8);
    if (column === 'exprs') putExpressions(to, words);
    else if (column === 'code') putCode(to, words);
    else putRows(to, words, STRIDE[column] ?? 1, GROWING[column] ?? 0);
  }
  to.reserve(facts.nameBytes.length);
  to.bytes.set(facts.nameBytes, to.at);
  to.at += facts.nameBytes.length;
  return deflateRawSync(to.bytes.subarray(0, to.at), { level: 1 });
}

function putRows(to: Writer, words: Int32Array, stride: number, growing: number): void {
  for (let k = 0; k < stride; k++) {
    if ((growing >> k) & 1) {
      let before = 0;
      for (let i = k; i < words.length; i += stride) {
        const word = words[i] as number;
        to.put((word - before) | 0);
        before = word;
      }
    } else for (let i = k; i < words.length; i += stride) to.put(words[i] as number);
  }
}

function putExpressions(to: Writer, words: Int32Array): void {
  for (let i = 0; i < words.length; i += X_WORDS) to.put(words[i] as number);
  for (let i = 0, row = 0; i < words.length; i += X_WORDS, row++)
    to.put(
      A_PLAIN[(words[i] as number) & X_KIND] === 1 ? (words[i + 1] as number) : (row - (words[i + 1] as number)) | 0,
    );
  let list = 0;
  for (let i = 0, row = 0; i < words.length; i += X_WORDS, row++) {
    const kind = (words[i] as number) & X_KIND;
    const b = words[i + 2] as number;
    if (kind === X.CALL) {
      to.put((b - list) | 0);
      list = b;
    } else to.put(B_PLAIN[kind] === 1 ? b : (row - b) | 0);
  }
}

function putCode(to: Writer, code: Int32Array): void {
  let line = 0;
  for (let pc = 0; pc < code.length; pc += instructionSize(code, pc)) {
    const word = code[pc] as number;
    to.put(word & 0xff);
    to.put((word >> 8) - line);
    line = word >> 8;
    if ((word & 0xff) === OP.SWITCH) to.put(code[pc + 2] as number);
  }
  let before = 0;
  for (let pc = 0; pc < code.length; pc += instructionSize(code, pc)) {
    const word = code[pc + 1] as number;
    to.put((word - before) | 0);
    before = word;
  }
  before = 0;
  for (let pc = 0; pc < code.length; ) {
    const end = pc + instructionSize(code, pc);
    for (let i = pc + (((code[pc] as number) & 0xff) === OP.SWITCH ? 3 : 2); i < end; i++) {
      const word = code[i] as number;
      to.put((word - before) | 0);
      before = word;
    }
    pc = end;
  }
}

/** Most that a record may grow to: a file of 64 MB of the densest C stays far below. */
const MAX_UNPACKED = 1 << 30;

/** Reads words back. */
class Reader {
  readonly bytes: Uint8Array;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  next(): number {
    const { bytes } = this;
    const byte = bytes[this.at++] as number;
    if (byte < 128) return (byte >>> 1) ^ -(byte & 1);
    const second = bytes[this.at++] as number;
    if (second < 128) {
      const value = (byte & 127) | (second << 7);
      return (value >>> 1) ^ -(value & 1);
    }
    return this.long(byte, second);
  }

  private long(first: number, second: number): number {
    let value = (first & 127) | ((second & 127) << 7);
    let byte: number;
    let shift = 14;
    do {
      byte = this.bytes[this.at++] as number;
      value |= (byte & 127) << shift;
      shift += 7;
    } while (byte >= 128 && shift < 35);
    return (value >>> 1) ^ -(value & 1);
  }
}

/** Facts from their record, or null when it is damaged. */
export function unpackFacts(record: Uint8Array): FileFacts | null {
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(record, { maxOutputLength: MAX_UNPACKED });
  } catch {
    return null;
  }
  const from = new Reader(bytes);
  const nameLength = from.next();
  const lengths = COLUMNS.map(() => from.next());
  // every word takes a byte at least
  if (nameLength < 0 || lengths.some((length) => length < 0 || length > bytes.length)) return null;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total + nameLength > bytes.length - from.at) return null;
  const all = new Int32Array(total);
  const facts: Record<string, Int32Array | Uint8Array> = {};
  let start = 0;
  COLUMNS.forEach((column, i) => {
    const words = all.subarray(start, start + (lengths[i] as number));
    start += words.length;
    facts[column] = words;
    if (column === 'exprs') nextExpressions(from, words);
    else if (column === 'code') nextCode(from, words);
    else nextRows(from, words, STRIDE[column] ?? 1, GROWING[column] ?? 0);
  });
  if (from.at + nameLength !== bytes.length) return null;
  facts['nameBytes'] = bytes.slice(from.at);
  return facts as unknown as FileFacts;
}

function nextRows(from: Reader, words: Int32Array, stride: number, growing: number): void {
  const { length } = words;
  for (let k = 0; k < stride; k++) {
    if ((growing >> k) & 1) {
      let before = 0;
      for (let i = k; i < length; i += stride) {
        before = (before + from.next()) | 0;
        words[i] = before;
      }
    } else for (let i = k; i < length; i += stride) words[i] = from.next();
  }
}

function nextExpressions(from: Reader, words: Int32Array): void {
  const { length } = words;
  for (let i = 0; i < length; i += X_WORDS) words[i] = from.next();
  for (let i = 0, row = 0; i < length; i += X_WORDS, row++)
    words[i + 1] = A_PLAIN[(words[i] as number) & X_KIND] === 1 ? from.next() : (row - from.next()) | 0;
  let list = 0;
  for (let i = 0, row = 0; i < length; i += X_WORDS, row++) {
    const kind = (words[i] as number) & X_KIND;
    if (kind === X.CALL) {
      list = (list + from.next()) | 0;
      words[i + 2] = list;
    } else words[i + 2] = B_PLAIN[kind] === 1 ? from.next() : (row - from.next()) | 0;
  }
}

function nextCode(from: Reader, code: Int32Array): void {
  const { length } = code;
  let line = 0;
  for (let pc = 0; pc < length; pc += instructionSize(code, pc)) {
    const op = from.next();
    line = (line + from.next()) | 0;
    code[pc] = (op & 0xff) | (line << 8);
    if (op === OP.SWITCH) code[pc + 2] = Math.max(0, from.next());
  }
  let before = 0;
  for (let pc = 0; pc < length; pc += instructionSize(code, pc)) {
    before = (before + from.next()) | 0;
    code[pc + 1] = before;
  }
  before = 0;
  for (let pc = 0; pc < length; ) {
    const end = Math.min(length, pc + instructionSize(code, pc));
    for (let i = pc + (((code[pc] as number) & 0xff) === OP.SWITCH ? 3 : 2); i < end; i++) {
      before = (before + from.next()) | 0;
      code[i] = before;
    }
    pc = end;
  }
}
