import { F, instructionSize, OP, X } from '../csource/index.ts';
import type { LinkedFile, TreeIndex } from '../tree/index.ts';

const PRIME = 0x9e3779b1;

/** Fingerprints of what functions do, whatever line and file they stand in: tells changed functions from moved ones. */
export class FunctionShapes {
  private readonly index: TreeIndex;
  private readonly exprs = new Map<number, Map<number, number>>();

  constructor(index: TreeIndex) {
    this.index = index;
  }

  /** 0 for a function that is not there. */
  of(fn: number): number {
    const { symbols, source } = this.index;
    const fileId = symbols.t.fnFile.find(fn);
    const file = fileId < 0 || symbols.gone.has(fileId) ? null : source(fileId);
    if (!file) return 0;
    let known = this.exprs.get(fileId);
    if (!known) {
      known = new Map();
      this.exprs.set(fileId, known);
    }
    const { functions, code } = file.facts;
    const at = symbols.t.fnLocal.at(fn) * F.WORDS;
    const start = functions[at + F.CODE] as number;
    const end = start + (functions[at + F.CODE_LENGTH] as number);
    let hash = functions[at + F.PARAMS] as number;
    const mix = (value: number): void => {
      hash = Math.imul((hash ^ value) | 0, PRIME);
      hash ^= hash >>> 15;
    };
    for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
      const op = (code[pc] as number) & 0xff;
      mix(op);
      for (let i = 1; i < instructionSize(code, pc); i++) {
        const word = code[pc + i] as number;
        mix(this.isExpression(op, i) && word >= 0 ? this.expression(file, word, known) : word);
      }
    }
    return hash | 1;
  }

  private isExpression(op: number, at: number): boolean {
    if (op === OP.CALL || op === OP.ASSIGN) return true;
    if (op === OP.SWITCH) return at === 1 || (at > 2 && at % 2 === 1);
    return at === 1 && (op === OP.MODIFY || op === OP.BRANCH || op === OP.RETURN || op === OP.BLOCK);
  }

  private expression(file: LinkedFile, expr: number, known: Map<number, number>): number {
    let hash = known.get(expr);
    if (hash !== undefined) return hash;
    const kind = file.kind(expr);
    hash = Math.imul(kind + 1, PRIME);
    const mix = (value: number): void => {
      hash = Math.imul(((hash as number) ^ value) | 0, PRIME);
      hash ^= hash >>> 13;
    };
    const a = file.a(expr);
    const b = file.b(expr);
    switch (kind) {
      case X.NAME:
      case X.CONFIG:
        mix(file.global(a));
        break;
      case X.NUM:
        mix(a);
        break;
      case X.UNKNOWN:
      case X.STRING:
      case X.STATEMENTS:
      case X.TYPE:
        break;
      case X.FIELD:
      case X.ARROW:
        mix(this.expression(file, a, known));
        mix(file.global(b));
        break;
      case X.CAST:
        mix(this.expression(file, b, known));
        break;
      case X.CALL:
      case X.COND:
        mix(this.expression(file, a, known));
        for (const arg of file.list(b)) mix(this.expression(file, arg, known));
        break;
      default:
        if (a >= 0) mix(this.expression(file, a, known));
        if (b >= 0) mix(this.expression(file, b, known));
    }
    known.set(expr, hash);
    return hash;
  }
}
