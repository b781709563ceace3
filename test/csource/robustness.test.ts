import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { F, type FileFacts, instructionSize, OP, readFile, X_WORDS } from '../../src/csource/index.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Every reference of the facts points at something, whatever the input was. */
function check(facts: FileFacts): void {
  const names = facts.nameEnds.length;
  const exprs = facts.exprs.length / X_WORDS;
  let wrong = 0;
  for (let i = 0; i < facts.functions.length; i += F.WORDS) {
    if ((facts.functions[i] ?? -1) >= names) wrong++;
    const from = facts.functions[i + F.CODE] ?? 0;
    const code = facts.code.subarray(from, from + (facts.functions[i + F.CODE_LENGTH] ?? 0));
    const starts = new Set<number>();
    for (let at = 0; at < code.length; at += instructionSize(code, at)) starts.add(at);
    const targets: number[] = [];
    for (const at of starts) {
      const a = code[at + 1] ?? -1;
      const b = code[at + 2] ?? -1;
      const op = (code[at] ?? 0) & 0xff;
      if ((op === OP.CALL || op === OP.BRANCH || op === OP.RETURN || op === OP.ASSIGN) && a >= exprs) wrong++;
      if (op === OP.BRANCH || op === OP.BLOCK || op === OP.REPEAT) targets.push(b);
      if (op === OP.JUMP || op === OP.REPEAT) targets.push(a);
      if (op === OP.SWITCH) for (let n = 0; n < b; n++) targets.push(code[at + 4 + 2 * n] ?? -1);
    }
    for (const target of targets) if (!starts.has(target)) wrong++;
  }
  expect(wrong).toBe(0);
}

const SAMPLE = `
#define for_each_thing(t, h) list_for_each_entry(t, h, node)
struct foo { struct mutex lock; union { int a; struct { u8 b; } c; }; int (*fn)(struct foo *); };
static const struct ops ops = { .open = my_open, .sub = { .close = my_close }, [3] = { 1, 2 } };
#ifdef CONFIG_A
static int f(struct foo *p, int n) __must_hold(&p->lock)
{
	int ret = g(p) ?: h(n);
	for (int i = 0; i < n; i++) { if (p->fn(p)) goto out; else continue; }
	switch (n) { case 1 ... 3: mutex_lock(&p->lock); fallthrough; default: break; }
#if defined(B)
	for_each_thing(t, &p->list) if (t) x(({ int y = z(); y; }));
#else
	do { k(); } while (0);
#endif
	asm goto("jmp %l[out]" : : "i" (0) : : out);
out:
	return ret;
}
#endif
SYSCALL_DEFINE2(open, const char __user *, name, int, flags) { guard(mutex)(&x); return 0; }
`;

const TOKENS = SAMPLE.split(/(\s+|[{}()[\];,])/).filter((token) => token !== '');

describe('readFile', () => {
  test('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => check(readFile(bytes))),
      { numRuns: 300 },
    );
  });

  test('takes any sequence of the words of C', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TOKENS), { maxLength: 300 }), (soup) =>
        check(readFile(encode(soup.join(' ')))),
      ),
      { numRuns: 500 },
    );
  });

  test('takes any words of C inside a function', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...TOKENS), { maxLength: 300 }), (soup) =>
        check(readFile(encode(`int f(void) { ${soup.join(' ')} }`))),
      ),
      { numRuns: 500 },
    );
  });

  test('takes a file that ends anywhere', () => {
    const bytes = encode(SAMPLE);
    for (let end = 0; end <= bytes.length; end++) check(readFile(bytes.subarray(0, end)));
  });

  test('takes a file that begins anywhere', () => {
    const bytes = encode(SAMPLE);
    for (let start = 0; start <= bytes.length; start++) check(readFile(bytes.subarray(start)));
  });

  test('gives the same facts whatever was read before', () => {
    const bytes = encode(SAMPLE);
    const first = readFile(bytes);
    readFile(encode('{'.repeat(5000) + SAMPLE.repeat(50)));
    expect(readFile(bytes)).toEqual(first);
  });
});

const MANY = 100_000;
const HOSTILE: Record<string, string> = {
  'nested braces': '{'.repeat(MANY),
  'nested braces in a function': `void f(void) {${'{'.repeat(MANY)}${'}'.repeat(MANY)}}`,
  'nested parentheses in a function': `void f(void) { x = ${'('.repeat(MANY)}1${')'.repeat(MANY)}; }`,
  'unclosed parentheses in a function': `void f(void) { ${'g('.repeat(MANY)}`,
  'nested brackets': `int x${'['.repeat(MANY)}`,
  'closing brackets': ')]}'.repeat(MANY),
  'nested #if': '#if A\n'.repeat(MANY),
  'nested #if with a function after each': '#if A\nint f(void) { g(); }\n'.repeat(MANY / 4),
  'nested #if in #else arms': `void f(void) { (${'#if A\nx;\n#else\n'.repeat(MANY)}${'#endif\n'.repeat(MANY)}`,
  'nested #if and closing braces': `#if A\n`.repeat(MANY) + '}'.repeat(MANY) + '#endif\n'.repeat(MANY),
  'empty nested #if': `void f(void) {${'#if A\n'.repeat(MANY)}${'#endif\n'.repeat(MANY)}}`,
  '#elif arms': `void f(void) {\n#if A\n${'g();\n#elif B\n'.repeat(MANY)}#endif\n}`,
  'nested #if in a function': `void f(void) {\n${'#if A\ng();\n'.repeat(MANY)}${'#endif\n'.repeat(MANY)}}`,
  'chained else if': `void f(void) { ${'if (a()) b(); else '.repeat(MANY)} c(); }`,
  'nested if': `void f(void) { ${'if (a()) '.repeat(MANY)} c(); }`,
  'a long sum of calls': `void f(void) { x = ${'g() + '.repeat(MANY)} 1; }`,
  'a long chain of &&': `void f(void) { if (${'g() && '.repeat(MANY)} 1) h(); }`,
  'a long chain of fields': `void f(void) { x = a${'->b'.repeat(MANY)}; }`,
  'a long chain of calls': `void f(void) { a${'()'.repeat(MANY)}; }`,
  'a long list of commas': `void f(void) { ${'g(), '.repeat(MANY)} h(); }`,
  'many arguments': `void f(void) { g(${'h(), '.repeat(MANY)} 1); }`,
  'different calls in one statement': `void f(void) { g(${Array.from({ length: MANY }, (_, i) => `h${i}()`).join(', ')}); }`,
  'names without operators': `void f(void) { ${'a '.repeat(MANY)} }`,
  'underscored names': `${'__a '.repeat(MANY)};`,
  'names in parentheses': `void f(void) { x = (${'a '.repeat(MANY)}) 1; }`,
  stars: `void f(void) { ${'*'.repeat(MANY)} }`,
  'declarator parentheses': `int ${'('.repeat(MANY)}x${')'.repeat(MANY)};`,
  'nested statement expressions': `void f(void) { x = ${'({ '.repeat(MANY)}1;${' })'.repeat(MANY)}; }`,
  'nested structs': `${'struct { '.repeat(MANY)}int x;${' };'.repeat(MANY)}`,
  'nested initialisers': `int x = ${'{'.repeat(MANY)}f${'}'.repeat(MANY)};`,
  'a table of numbers': `int x[] = { ${'0x1234, '.repeat(MANY)} };`,
  'a table of names': `fn x[] = { ${'f, '.repeat(MANY)} };`,
  'a table of rows': `struct x x[] = { ${'{ .a = f, .b = { 1, g } }, '.repeat(MANY)} };`,
  'case without colon': `void f(void) { switch (x) { ${'case '.repeat(MANY)} } }`,
  'case labels': `void f(void) { switch (x) { ${'case 1: '.repeat(MANY)} } }`,
  labels: `void f(void) { ${Array.from({ length: MANY }, (_, i) => `l${i}: goto l${MANY - i};`).join('\n')} }`,
  conditionals: `void f(void) { x = ${'a ? b : '.repeat(MANY)} c; }`,
  'short conditionals': `void f(void) { x = ${'a() ?: '.repeat(MANY)} c; }`,
  'macros in a function': `void f(void) {\n${'#define A(x) g(x)\n'.repeat(MANY)}}`,
  'open comment': `/*${' *'.repeat(MANY)}`,
  'open string': `"${'\\"'.repeat(MANY)}`,
  splices: 'a\\\n'.repeat(MANY),
  'hash signs': '#'.repeat(MANY),
  'pasted names': `void f(void) { ${'a##'.repeat(MANY)} }`,
  'old-style parameters': `int f(a) ${'int a; '.repeat(MANY)}`,
  'functions without an end': 'int f(a, b) int a;\n'.repeat(MANY / 4),
  'functions that never open': 'int f(int a)\n'.repeat(MANY / 4),
  'annotations without an end': `int f(int a) ${'__must_hold(x) '.repeat(MANY)}`,
};

describe('readFile takes time linear in the size of', () => {
  test.each(Object.entries(HOSTILE))('%s', (_, text) => {
    const bytes = encode(text);
    const before = process.cpuUsage();
    check(readFile(bytes));
    const used = process.cpuUsage(before);
    // Generous: a slow machine under load. Quadratic time would be minutes.
    expect((used.user + used.system) / 1e6).toBeLessThan(8);
  });

  test.each([
    ['one line of 20 MB', 0x20],
    ['20 MB of NUL bytes', 0],
    ['one name of 20 MB', 0x61],
    ['one number of 20 MB', 0x31],
    ['20 MB of #', 0x23],
    ['20 MB of "', 0x22],
    ['20 MB of {', 0x7b],
    ['20 MB of backslashes', 0x5c],
  ])('%s', (_, byte) => {
    const bytes = new Uint8Array(20_000_000).fill(byte);
    const before = process.cpuUsage();
    check(readFile(bytes));
    const used = process.cpuUsage(before);
    expect((used.user + used.system) / 1e6).toBeLessThan(12);
  });
});
