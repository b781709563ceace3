import { selectArms } from './conditionals.ts';
import { Cursor } from './cursor.ts';
import type { FileFacts } from './facts.ts';
import { FileScopeReader } from './file-scope.ts';
import { tokenize } from './lexer.ts';

const cursor = new Cursor();
const fileScope = new FileScopeReader(cursor);

/**
 * Reads the bytes of one C file and returns its facts. One pass, linear time; no preprocessor, no configuration, no
 * include path. Never throws: what is not understood is left out and counted.
 *
 * @example
 * const facts = readFile(new TextEncoder().encode('static DEFINE_MUTEX(l);\nvoid f(void) { mutex_lock(&l); }'));
 * console.log(facts.functions.length / F.WORDS); // 1
 */
export function readFile(bytes: Uint8Array): FileFacts {
  cursor.open(bytes);
  tokenize(bytes, cursor.words, cursor.tokens);
  const dropped = selectArms(bytes, cursor.tokens, cursor.words);
  cursor.start();
  fileScope.read();
  for (const line of dropped) cursor.facts.columns.dropped.push(line);
  return cursor.facts.finish();
}
