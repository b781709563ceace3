import { F, instructionSize, OP, X } from '../csource/index.ts';
import type { LockIndex } from './lock-index.ts';
import type { Witness } from './order-search.ts';

/** Calls that give a reference back and say whether it was the last one. */
const GIVES_BACK = /(?:dec|sub)_and_(?:test|lock|raw_lock|mutex_lock)|put_testzero|_add_unless$|_unref$|^lockref_put/;
/** Functions that take what is to be called then. */
const PUTS = /(?:^|_)put(?:_|$)/;

const known = new WeakMap<LockIndex, Map<number, ReadonlySet<string>>>();

/**
 * Whether a way goes on only where the last reference goes (`iput()` → `evict()`, `kref_put(&x->ref, release)`): who holds
 * a lock there mostly has another reference, or gives none back that could be the last.
 */
export function needsLastReference({ holder, links }: Witness, index: LockIndex): boolean {
  const { graph } = index.tree;
  return links.some((link, i) => {
    const caller = i === 0 ? holder : (links[i - 1] as { callee: number }).callee;
    const slot = ~link.word;
    // a function that was passed on is called by whom it was passed to
    if (link.word < 0 && graph.slotTag.at(slot) < 0) return callsBehind(index, ~graph.slotTag.at(slot)).has('');
    const { symbols } = index.tree;
    const name =
      link.word >= 0 ? symbols.functionName(link.callee) : `.${symbols.names.text(graph.slotField.at(slot))}`;
    return callsBehind(index, caller).has(name);
  });
}

/** What a function calls behind such a test, by name; a field of a table as `.field`; '' when it has one at all. */
function callsBehind(index: LockIndex, fn: number): ReadonlySet<string> {
  let byFunction = known.get(index);
  if (!byFunction) {
    byFunction = new Map();
    known.set(index, byFunction);
  }
  let names = byFunction.get(fn);
  if (!names) {
    names = readCalls(index, fn);
    byFunction.set(fn, names);
  }
  return names;
}

function readCalls(index: LockIndex, fn: number): ReadonlySet<string> {
  const { symbols, source, extraction } = index.tree;
  const names = new Set<string>();
  const passed = new Set<string>();
  const file = source(symbols.t.fnFile.at(fn));
  if (!file) return names;
  const at = symbols.t.fnLocal.at(fn) * F.WORDS;
  const { functions, code } = file.facts;
  const start = functions[at + F.CODE] as number;
  const end = start + (functions[at + F.CODE_LENGTH] as number);
  for (let pc = start; pc < end; pc += instructionSize(code, pc)) {
    if (((code[pc] as number) & 0xff) !== OP.CALL) continue;
    const callee = file.a(code[pc + 1] as number);
    const kind = file.kind(callee);
    const text =
      kind === X.NAME
        ? file.name(file.a(callee))
        : kind === X.FIELD || kind === X.ARROW
          ? `.${file.name(file.b(callee))}`
          : '';
    if (names.size > 0) names.add(text);
    else if (kind === X.NAME && GIVES_BACK.test(text)) names.add('');
    if (kind !== X.NAME || !PUTS.test(text)) continue;
    // kref_put(&foo->ref, foo_release): what is passed on is called behind the test of who is called
    for (const arg of file.list(file.b(code[pc + 1] as number)))
      if (file.kind(arg) === X.NAME && extraction.functionsOf(file, file.a(arg)).length > 0)
        passed.add(file.name(file.a(arg)));
  }
  for (const name of passed) names.add(name);
  return names;
}
