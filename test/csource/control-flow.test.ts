import { describe, expect, test } from 'vitest';
import { F, FLAG } from '../../src/csource/index.ts';
import { listing } from './listing.ts';

const code = (body: string): string[] => listing(`int f(struct s *p, int n)\n{\n${body}\n}\n`).code('f');

describe('the skeleton of', () => {
  test.each<[string, string, string[]]>([
    ['an if', 'if (n) a(); b();', ['unless n @2', 'a()', 'b()']],
    ['an if and else', 'if (n) a(); else b(); c();', ['unless n @3', 'a()', 'goto @4', 'b()', 'c()']],
    [
      'else if',
      'if (n == 1) a(); else if (n == 2) b(); else c(); d();',
      ['unless n == 1 @3', 'a()', 'goto @7', 'unless n == 2 @6', 'b()', 'goto @7', 'c()', 'd()'],
    ],
    [
      'an early return',
      'if (!trylock(p)) return 1; a(); return 0;',
      ['trylock(p)', 'unless !trylock(p) @3', 'return 1', 'a()', 'return 0'],
    ],
    [
      'a result and its test',
      'int ret = lock(p); if (ret) return ret;',
      ['ret := lock(p)', 'unless ret @3', 'return ret'],
    ],
    ['a result in a condition', 'if ((n = lock(p))) return n;', ['n := lock(p)', 'unless n @3', 'return n']],
    ['a flag that says no', 'bool nested = !f(p);', ['f(p)', 'unless !f(p) @4', 'nested = 1', 'goto @5', 'nested = 0']],
    ['a flag compared', 'x = f(p) == 0;', ['f(p)', 'unless f(p) == 0 @4', 'x = 1', 'goto @5', 'x = 0']],
    ['&& with calls', 'if (a() && b()) c();', ['a()', 'unless a() @5', 'b()', 'unless b() @5', 'c()']],
    ['|| with calls', 'if (a() || b()) c();', ['a()', 'unless a() @3', 'goto @5', 'b()', 'unless b() @6', 'c()']],
    ['! of &&', 'if (!(a && b)) c();', ['unless a @3', 'unless b @3', 'goto @4', 'c()']],
    ['a choice', 'x = n ? a() : b();', ['unless n @3', 'x := a()', 'goto @4', 'x := b()']],
    ['a choice returned', 'return n ? a() : b();', ['unless n @3', 'a()', 'return a()', 'b()', 'return b()']],
    ['a ?: b, where a happens once', 'x = a() ?: b();', ['x := a()', 'unless !x @3', 'x := b()']],
    ['a ?: b returned', 'return a() ?: b();', ['a()', 'unless a() @3', 'return a()', 'b()', 'return b()']],
    ['compiler hints', 'if (unlikely(!a())) b();', ['a()', 'unless !a() @3', 'b()']],
    ['while', 'while (a()) b();', ['a()', 'unless a() @4', 'b()', 'goto @0']],
    ['do while', 'do { a(); } while (b());', ['a()', 'b()', 'unless b() @4', 'goto @0']],
    ['do while (0)', 'do { a(); if (n) break; b(); } while (0); c();', ['a()', 'unless n @3', 'goto @4', 'b()', 'c()']],
    [
      'for',
      'for (int i = 0; i < n; i++) { if (p) continue; a(i); }',
      ['i = 0', 'unless i < n @7', 'unless p @4', 'goto @5', 'a(i)', 'i changes 1', 'goto @1'],
    ],
    ['for ever', 'for (;;) { if (a()) break; }', ['a()', 'unless a() @3', 'goto @4', 'goto @0']],
    [
      'goto unwinding',
      'lock(p); if (n) goto out; a(); out: unlock(p); return n;',
      ['lock(p)', 'unless n @3', 'goto @4', 'a()', 'unlock(p)', 'return n'],
    ],
    ['goto back', 'again: a(); if (n) goto again;', ['a()', 'unless n @3', 'goto @0']],
    [
      'switch with fall-through',
      'switch (n) { case 1: a(); case 2: b(); break; default: c(); } d();',
      ['goto @6', 'a()', 'b()', 'goto @7', 'c()', 'goto @7', 'switch n: 1 @1, 2 @2, default @4', 'd()'],
    ],
    [
      'switch that may match nothing',
      'switch (n) { case A: a(); }',
      ['goto @3', 'a()', 'goto @4', 'switch n: A @1, else @4'],
    ],
    ['a case range', 'switch (n) { case 1 ... 5: a(); }', ['goto @3', 'a()', 'goto @4', 'switch n: ? @1, else @4']],
    [
      'a macro loop with braces',
      'list_for_each_entry(x, &p->list, node) { a(x); }',
      ['block list_for_each_entry(x, &p->list, node) over @3', 'a(x)', 'repeat @0 over @3'],
    ],
    [
      'a macro loop without braces',
      'for_each_cpu(i, m) a(i); b();',
      ['block for_each_cpu(i, m) over @3', 'a(i)', 'repeat @0 over @3', 'b()'],
    ],
    [
      'a macro loop without a body',
      'for_each_cpu(i, m); b();',
      ['block for_each_cpu(i, m) over @2', 'repeat @0 over @2', 'b()'],
    ],
    [
      'a call of any name before an open brace',
      'ITERATE(x) { a(x); }',
      ['block ITERATE(x) over @3', 'a(x)', 'repeat @0 over @3'],
    ],
    ['a statement expression', 'x = ({ int y = a(); b(y); y; });', ['y := a()', 'b(y)', 'x = y']],
    [
      'asm goto',
      'asm goto("jmp %l[out]" : : "i" (0) : : out); a(); out: b();',
      ['unless ? @2', 'goto @3', 'a()', 'b()'],
    ],
    ['asm', 'asm volatile("nop" ::: "memory"); a();', ['a()']],
    ['calls among arguments', 'a(b(), c(d()));', ['b()', 'd()', 'c(d())', 'a(b(), c(d()))']],
    [
      'a call through a pointer',
      'p->ops->open(p); (*p->fn)(n); (p->fn)(n);',
      ['p->ops->open(p)', 'p->fn(n)', 'p->fn(n)'],
    ],
    ['counters', 'n++; --p->depth; n += a();', ['n changes 1', 'p->depth changes -1', 'a()', 'n changes 0']],
    ['a chained assignment', 'a = b = g();', ['b := g()', 'a = b']],
    ['if 0', '\n#if 0\na();\n#endif\nb();', ['b()']],
    ['a condition that is constant', 'if (0) a(); while (1) { b(); }', ['goto @2', 'a()', 'b()', 'goto @2']],
  ])('%s', (_, body, expected) => {
    expect(code(body)).toEqual(expected);
  });
});

describe('#if inside a function', () => {
  test('is a branch when its arms balance', () => {
    expect(code('#ifdef CONFIG_A\na();\n#else\nb();\n#endif\nc();')).toEqual([
      'unless #CONFIG_A @3',
      'a()',
      'goto @4',
      'b()',
      'c()',
    ]);
  });

  test('spells a condition as one, however it is asked for', () => {
    expect(
      code(
        '#if defined(CONFIG_A)\na();\n#endif\n#ifndef CONFIG_A\nb();\n#endif\n#if IS_ENABLED(CONFIG_A)\nc();\n#endif',
      ),
    ).toEqual(['unless #CONFIG_A @2', 'a()', 'unless !#CONFIG_A @4', 'b()', 'unless #CONFIG_A @6', 'c()']);
  });

  test('falls back to the first arm when its arms do not balance, and says so', () => {
    const c = listing(
      'int f(int n) {\n#ifdef A\n\tif (n) {\n#else\n\tif (!n) {\n#endif\n\t\ta();\n\t}\n\tb();\n}\nint g(void) { h(); }\n',
    );
    expect(c.code('f')).toEqual(['unless n @2', 'a()', 'b()']);
    expect(c.code('g')).toEqual(['h()']);
    expect(c.dropped()).toEqual([2]);
  });

  test('may end with the else of a statement that goes on behind it', () => {
    expect(code('#ifdef A\nif (n)\n\ta();\nelse\n#endif\n\tb();\nc();')).toEqual([
      'unless n @3',
      'a()',
      'goto @4',
      'b()',
      'c()',
    ]);
  });

  test('may end with the head of an if or a loop', () => {
    expect(code('#ifdef A\nif (g(n))\n#endif\n\tb();\nc();')).toEqual(['g(n)', 'unless g(n) @3', 'b()', 'c()']);
    expect(code('#ifdef A\nfor_each_x(n)\n#endif\n\tb();\nc();').at(-1)).toBe('c()');
  });

  test('may begin with else', () => {
    expect(code('if (n)\n\ta();\n#ifdef A\nelse if (p)\n\tb();\n#endif\nelse\n\tc();\nd();')).toEqual([
      'unless n @3',
      'a()',
      'goto @7',
      'unless p @6',
      'b()',
      'goto @7',
      'c()',
      'd()',
    ]);
  });

  test('may be the body of an if', () => {
    expect(code('if (n)\n#ifdef A\n\ta();\n#else\n\tb();\n#endif\nc();')).toEqual([
      'unless n @5',
      'unless #A @4',
      'a()',
      'goto @5',
      'b()',
      'c()',
    ]);
  });

  test('may stand inside a condition', () => {
    expect(code('if (n\n#ifdef A\n    && a()\n#endif\n   ) b();')).toEqual([
      'unless n @4',
      'a()',
      'unless a() @4',
      'b()',
    ]);
  });
});

describe('scope guards', () => {
  test('are calls in a scope that is recorded', () => {
    const c = listing('int f(struct s *p) { { guard(mutex)(&p->lock); a(); } b(); }');
    expect(c.code('f')).toEqual(['guard(mutex)(&p->lock)', 'a()', 'b()']);
    expect(c.scopes('f')).toBe(1);
  });

  test('may span a block', () => {
    const c = listing('int f(struct s *p) { scoped_guard(mutex, &p->lock) { a(); return 1; } b(); }');
    expect(c.code('f')).toEqual([
      'block scoped_guard(mutex, &p->lock) over @4',
      'a()',
      'return 1',
      'repeat @0 over @4',
      'b()',
    ]);
    expect(c.scopes('f')).toBe(1);
  });

  test('may fail with a statement of their own', () => {
    expect(code('scoped_cond_guard(mutex_intr, return -EINTR, &p->lock) a(); b();')).toEqual([
      'unless ? @3',
      'return -EINTR',
      'goto @3',
      'block scoped_cond_guard(mutex_intr, ? ? ({}) : ?, &p->lock) over @6',
      'a()',
      'repeat @3 over @6',
      'b()',
    ]);
  });

  test('may declare a variable by class', () => {
    expect(code('CLASS(fd, x)(n); a(x);')).toEqual(['CLASS(fd, x)(n)', 'a(x)']);
  });

  test('clean a variable up', () => {
    expect(code('struct foo *x __free(kfree) = get(n); struct bar *y __cleanup(put) = 0;')).toEqual([
      'x := get(n)',
      'cleanup x by kfree',
      'y = 0',
      'cleanup y by put',
    ]);
  });
});

describe('lines', () => {
  test('are those of the call, not of its statement', () => {
    expect(
      listing('void f(void)\n{\n\ta(\n\t  b(),\n\t  c());\n\tfor (;;\n\t     d())\n\t\te();\n}\n').callLines('f'),
    ).toEqual(['4 b()', '5 c()', '3 a(b(), c())', '8 e()', '6 d()']);
  });

  test('count splices, comments and carriage returns', () => {
    expect(
      listing(
        '/* one\r\n two */\r\nvoid f(void)\r\n{\r\n\tx = "a\\\r\nb"; /* "\r\n */\r\n\ta(); // \\\r\n b();\r\n\tc();\r\n}\r\n',
      ).callLines('f'),
    ).toEqual(['8 a()', '10 c()']);
  });
});

describe('what is not understood', () => {
  test('marks its function and no other', () => {
    const c = listing('int f(void) { goto *x; a(); }\nint g(void) { b(); }');
    expect(c.word('f', F.FLAGS) & FLAG.PARTIAL).not.toBe(0);
    expect(c.word('g', F.FLAGS) & FLAG.PARTIAL).toBe(0);
  });

  test('leaves literals alone', () => {
    expect(code(`a("}{", '}', '\\'', "\\"", L"x", 0x1FULL, 1.5e-3, 017);`)).toHaveLength(1);
  });

  test('joins string literals and the macros between them', () => {
    expect(code('printk(KERN_ERR "a" PRIx64 __stringify(X) "b", g());')).toEqual(['g()', 'printk("", g())']);
  });
});
