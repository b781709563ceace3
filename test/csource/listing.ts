import {
  F,
  FIELD_FLAG,
  type FileFacts,
  instructionSize,
  OP,
  readFile,
  TYPE,
  X,
  X_KIND,
} from '../../src/csource/index.ts';

const KINDS = new Map<number, string>(Object.entries(X).map(([name, kind]) => [kind, name]));
const SYMBOLS: Record<number, string> = {
  [X.EQ]: '==',
  [X.NE]: '!=',
  [X.LT]: '<',
  [X.GT]: '>',
  [X.LE]: '<=',
  [X.GE]: '>=',
  [X.ANDAND]: '&&',
  [X.OROR]: '||',
  [X.COMMA]: ',',
};
const TAGS = ['', 'struct ', 'union ', 'enum ', '', 'typeof '];

/** Reads C text and says in words what the facts say, so that a test shows C on one side and its meaning on the other. */
export function listing(source: string) {
  return new Listing(readFile(new TextEncoder().encode(source)));
}

export class Listing {
  readonly facts: FileFacts;

  constructor(facts: FileFacts) {
    this.facts = facts;
  }

  name(i: number): string {
    const { nameEnds, nameBytes } = this.facts;
    return i < 0 ? '-' : new TextDecoder('latin1').decode(nameBytes.subarray(i ? nameEnds[i - 1] : 0, nameEnds[i]));
  }

  type(i: number): string {
    if (i < 0) return '?';
    const kind = this.facts.types[2 * i] ?? 0;
    const what = this.facts.types[2 * i + 1] ?? -1;
    if (kind === TYPE.BUILTIN) return 'builtin';
    return kind === TYPE.TYPEOF ? `typeof(${this.expr(what)})` : `${TAGS[kind]}${this.name(what)}`;
  }

  list(offset: number): number[] {
    const { lists } = this.facts;
    return [...lists.subarray(offset + 1, offset + 1 + (lists[offset] ?? 0))];
  }

  expr(e: number): string {
    if (e < 0) return '-';
    const kind = (this.facts.exprs[e * 3] ?? 0) & X_KIND;
    const a = this.facts.exprs[e * 3 + 1] ?? -1;
    const b = this.facts.exprs[e * 3 + 2] ?? -1;
    switch (kind) {
      case X.UNKNOWN:
        return '?';
      case X.NAME:
        return this.name(a);
      case X.NUM:
        return String(a);
      case X.STRING:
        return '""';
      case X.FIELD:
        return `${this.expr(a)}.${this.name(b)}`;
      case X.ARROW:
        return `${this.expr(a)}->${this.name(b)}`;
      case X.DEREF:
        return `*${this.expr(a)}`;
      case X.ADDR:
        return `&${this.expr(a)}`;
      case X.INDEX:
        return `${this.expr(a)}[${this.expr(b)}]`;
      case X.CALL:
        return `${this.expr(a)}(${this.list(b)
          .map((arg) => this.expr(arg))
          .join(', ')})`;
      case X.CAST:
        return `(${this.type(a)})${this.expr(b)}`;
      case X.TYPE:
        return `<${this.type(a)}>`;
      case X.NOT:
        return `!${this.expr(a)}`;
      case X.NEG:
        return `-${this.expr(a)}`;
      case X.CONFIG:
        return `#${this.name(a)}`;
      case X.ASSIGN:
        return `${this.expr(a)} = ${this.expr(b)}`;
      case X.COND:
        return `${this.expr(a)} ? ${this.list(b)
          .map((arm) => this.expr(arm))
          .join(' : ')}`;
      case X.STATEMENTS:
        return '({})';
      default:
        return b < 0
          ? `${KINDS.get(kind) ?? 'op'}(${this.expr(a)})`
          : `${this.expr(a)} ${SYMBOLS[kind] ?? 'op'} ${this.expr(b)}`;
    }
  }

  /** Offset of a function's record, by name and position among those of the name. */
  at(name: string, nth = 0): number {
    let left = nth;
    for (let i = 0; i < this.facts.functions.length; i += F.WORDS)
      if (this.name(this.facts.functions[i] ?? -1) === name && left-- === 0) return i;
    throw new Error(`no function ${name}; there are ${this.functions().join(', ')}`);
  }

  word(name: string, field: number, nth = 0): number {
    return this.facts.functions[this.at(name, nth) + field] ?? -1;
  }

  functions(): string[] {
    const names: string[] = [];
    for (let i = 0; i < this.facts.functions.length; i += F.WORDS) names.push(this.name(this.facts.functions[i] ?? -1));
    return names;
  }

  /** Parameters and locals: `struct foo *p`. */
  variables(name: string, nth = 0): string[] {
    const first = this.word(name, F.VARS, nth);
    const { vars } = this.facts;
    const out: string[] = [];
    for (let v = first; v < first + this.word(name, F.VAR_COUNT, nth); v++)
      out.push(this.declared(vars[v * 3] ?? -1, vars[v * 3 + 1] ?? -1, vars[v * 3 + 2] ?? 0));
    return out;
  }

  parameters(name: string, nth = 0): string[] {
    return this.variables(name, nth).slice(0, this.word(name, F.PARAMS, nth));
  }

  private declared(name: number, type: number, pointer: number): string {
    const array = pointer & FIELD_FLAG.ARRAY ? '[]' : '';
    const fn = pointer & FIELD_FLAG.FUNCTION ? '()' : '';
    return `${this.type(type)} ${'*'.repeat(pointer & 0xff)}${this.name(name)}${array}${fn}`;
  }

  /** The skeleton, one instruction a line, targets as line numbers of this listing; without the closing return. */
  code(name: string, nth = 0): string[] {
    const from = this.word(name, F.CODE, nth);
    const code = this.facts.code.subarray(from, from + this.word(name, F.CODE_LENGTH, nth));
    const places = new Map<number, number>();
    let count = 0;
    for (let at = 0; at < code.length; at += instructionSize(code, at)) places.set(at, count++);
    const to = (target: number | undefined): string => `@${places.get(target ?? -1) ?? `bad ${target}`}`;
    const out: string[] = [];
    for (let at = 0; at < code.length; at += instructionSize(code, at)) {
      const a = code[at + 1] ?? -1;
      const b = code[at + 2] ?? -1;
      switch ((code[at] ?? 0) & 0xff) {
        case OP.CALL:
          out.push(b >= 0 ? `${this.expr(b)} := ${this.expr(a)}` : this.expr(a));
          break;
        case OP.ASSIGN:
          out.push(`${this.expr(a)} = ${this.expr(b)}`);
          break;
        case OP.MODIFY:
          out.push(`${this.expr(a)} changes ${b}`);
          break;
        case OP.BRANCH:
          out.push(`unless ${this.expr(a)} ${to(b)}`);
          break;
        case OP.JUMP:
          out.push(`goto ${to(a)}`);
          break;
        case OP.RETURN:
          out.push(a < 0 ? 'return' : `return ${this.expr(a)}`);
          break;
        case OP.SWITCH: {
          const arms: string[] = [];
          for (let i = 0; i < b; i++) {
            const value = code[at + 3 + 2 * i] ?? -1;
            const label = value === -1 ? 'default' : value === -2 ? 'else' : this.expr(value);
            arms.push(`${label} ${to(code[at + 4 + 2 * i])}`);
          }
          out.push(`switch ${this.expr(a)}: ${arms.join(', ')}`);
          break;
        }
        case OP.BLOCK:
          out.push(`block ${this.expr(a)} over ${to(b)}`);
          break;
        case OP.REPEAT:
          out.push(`repeat ${to(a)} over ${to(b)}`);
          break;
        case OP.CLEANUP:
          out.push(`cleanup ${this.name(a)} by ${this.name(b)}`);
          break;
        default:
          out.push('bad instruction');
      }
    }
    if (out[out.length - 1] === 'return') out.pop();
    return out;
  }

  /** Lines on which the calls of a function stand. */
  callLines(name: string): string[] {
    const from = this.word(name, F.CODE);
    const code = this.facts.code.subarray(from, from + this.word(name, F.CODE_LENGTH));
    const out: string[] = [];
    for (let at = 0; at < code.length; at += instructionSize(code, at)) {
      const word = code[at] ?? 0;
      if ((word & 0xff) === OP.CALL)
        out.push(`${this.word(name, F.LINE) + (word >> 8)} ${this.expr(code[at + 1] ?? -1)}`);
    }
    return out;
  }

  scopes(name: string): number {
    return this.word(name, F.SCOPE_COUNT);
  }

  condition(name: string, nth = 0): string {
    return this.name(this.word(name, F.CONDITION, nth));
  }

  annotations(name: string): string[] {
    const first = this.word(name, F.ANNOTATIONS);
    const out: string[] = [];
    for (let i = first; i < first + this.word(name, F.ANNOTATION_COUNT); i++)
      out.push(
        `${this.name(this.facts.annotations[i * 2] ?? -1)}(${this.list(this.facts.annotations[i * 2 + 1] ?? 0)
          .map((arg) => this.expr(arg))
          .join(', ')})`,
      );
    return out;
  }

  /** Every struct with its fields: `foo { struct list_head list, spinlock_t lock }`. */
  structs(): string[] {
    const { structs, fields } = this.facts;
    const out: string[] = [];
    for (let i = 0; i < structs.length; i += 5) {
      const said: string[] = [];
      for (let f = structs[i + 2] ?? 0; f < (structs[i + 2] ?? 0) + (structs[i + 3] ?? 0); f++)
        said.push(this.declared(fields[f * 3] ?? -1, fields[f * 3 + 1] ?? -1, fields[f * 3 + 2] ?? 0));
      out.push(`${this.name(structs[i] ?? -1)} { ${said.join(', ')} }`);
    }
    return out;
  }

  globals(): string[] {
    const { globals } = this.facts;
    const out: string[] = [];
    for (let i = 0; i < globals.length; i += 6)
      out.push(this.declared(globals[i] ?? -1, globals[i + 1] ?? -1, globals[i + 2] ?? 0));
    return out;
  }

  typedefs(): string[] {
    const { typedefs } = this.facts;
    const out: string[] = [];
    for (let i = 0; i < typedefs.length; i += 3)
      out.push(this.declared(typedefs[i] ?? -1, typedefs[i + 1] ?? -1, typedefs[i + 2] ?? 0));
    return out;
  }

  /** Initialisers: `struct ops ops .open = my_open`; positions as `#0`. */
  inits(): string[] {
    const { inits } = this.facts;
    const out: string[] = [];
    for (let i = 0; i < inits.length; i += 5) {
      const path = this.list(inits[i + 2] ?? 0).map((part) => (part < 0 ? `#${~part}` : `.${this.name(part)}`));
      const owner = inits[i] ?? -1;
      out.push(
        `${this.type(inits[i + 1] ?? -1)}${owner < 0 ? '' : ` ${this.name(owner)}`} ${path.join('')} = ${this.expr(inits[i + 3] ?? -1)}`,
      );
    }
    return out;
  }

  invocations(): string[] {
    const { invocations } = this.facts;
    const out: string[] = [];
    for (let i = 0; i < invocations.length; i += 5)
      out.push(
        `${this.name(invocations[i] ?? -1)}(${this.list(invocations[i + 1] ?? 0)
          .map((arg) => this.expr(arg))
          .join(', ')})`,
      );
    return out;
  }

  macroTexts(): string[] {
    const { macroTexts } = this.facts;
    const out: string[] = [];
    for (let i = 0; i < macroTexts.length; i += 3)
      out.push(
        `${this.name(macroTexts[i] ?? -1)}(${this.list(macroTexts[i + 1] ?? 0)
          .map((p) => this.name(p))
          .join(', ')}) ${this.name(macroTexts[i + 2] ?? -1)}`,
      );
    return out;
  }

  prototypes(): string[] {
    const { prototypes } = this.facts;
    const out: string[] = [];
    for (let i = 0; i < prototypes.length; i += 2)
      out.push(`${this.type(prototypes[i + 1] ?? -1)} ${this.name(prototypes[i] ?? -1)}`);
    return out;
  }

  dropped(): number[] {
    return [...this.facts.dropped];
  }
}
