import { describe, expect, test } from 'vitest';
import { readNumber } from '../../src/csource/numbers.ts';
import { listing } from './listing.ts';

describe('a struct', () => {
  test('has fields with type, pointers, arrays and functions', () => {
    expect(
      listing(
        'struct foo {\n\tstruct mutex lock;\n\tu32 a, *b, c[4];\n\tunsigned int bits:3;\n\tint (*fn)(struct foo *);\n\tconst char *const name;\n};',
      ).structs(),
    ).toEqual(['foo { struct mutex lock, u32 a, u32 *b, u32 c[], builtin bits, builtin fn(), builtin *name }']);
  });

  test('takes in the fields of its anonymous members', () => {
    expect(listing('struct foo { union { int a; struct { spinlock_t b; } __packed; }; int c; };').structs()).toEqual([
      'foo { builtin a, spinlock_t b, builtin c }',
    ]);
  });

  test('names the type of a member without a tag after the member', () => {
    expect(
      listing(
        'struct foo { struct { struct { spinlock_t l; } in; } out[2]; union { struct { int x; } y; }; };',
      ).structs(),
    ).toEqual([
      'foo.out.in { spinlock_t l }',
      'foo.out { struct foo.out.in in }',
      'foo.y { builtin x }',
      'foo { struct foo.out out[], struct foo.y y }',
    ]);
  });

  test('without a tag is named after its typedef or its variable', () => {
    const c = listing('typedef struct { spinlock_t l; } foo_t;\nstatic struct { struct mutex m; } bar, *baz;\n');
    expect(c.structs()).toEqual(['foo_t { spinlock_t l }', '@bar { struct mutex m }']);
    expect(c.typedefs()).toEqual(['struct foo_t foo_t']);
    expect(c.globals()).toEqual(['struct @bar bar', 'struct @bar *baz']);
  });

  test('may have attributes anywhere', () => {
    const c = listing(
      'struct __packed a { int x; } __aligned(8);\nstruct __attribute__((packed)) b { struct __c y ____cacheline_aligned; } __packed z;\n',
    );
    expect(c.structs()).toEqual(['a { builtin x }', 'b { struct __c y }']);
    expect(c.globals()).toEqual(['struct b z']);
  });

  test('may hold groups, flexible arrays, macros and conditions', () => {
    expect(
      listing(
        'struct foo {\n\tstruct_group(g, int a; int b;);\n\tDECLARE_FLEX_ARRAY(struct bar, tail);\n\tDECLARE_BITMAP(m, 8);\n#ifdef A\n\tspinlock_t l;\n#else\n\trwlock_t l;\n#endif\n};',
      ).structs(),
    ).toEqual(['foo { builtin a, builtin b, struct bar tail[], spinlock_t l, rwlock_t l }']);
  });
});

describe('a group of fields', () => {
  test('with a tag is a struct of its own as well', () => {
    expect(
      listing(
        'struct a { __struct_group(a_hdr, hdr, __packed, __le16 code; u8 n;); struct_group_tagged(b, c, int d;); };',
      ).structs(),
    ).toEqual(['a_hdr { __le16 code, u8 n }', 'b { builtin d }', 'a { __le16 code, u8 n, builtin d }']);
  });
});

describe('a type whose name begins with __', () => {
  test('is told from the attributes behind it', () => {
    expect(listing('struct a { __u16 __user *red; const __le16 __iomem *b; __be32 c __packed; };').structs()).toEqual([
      'a { __u16 *red, __le16 *b, __be32 c }',
    ]);
  });
});

describe('a global', () => {
  test('has its type behind qualifiers and before attributes', () => {
    expect(
      listing(
        'static struct mutex l __read_mostly;\nstatic DEFINE_MUTEX(m);\nfoo_t lock ____cacheline_aligned;\nextern volatile unsigned long jiffies;\nstatic struct foo __aligned(8) al;\nstruct foo *table[4] __initdata = { };\nint (*hook)(int);\nfoo_t (*fn)(int);\n',
      ).globals(),
    ).toEqual([
      'struct mutex l',
      'foo_t lock',
      'builtin jiffies',
      'struct foo al',
      'struct foo *table[]',
      'builtin hook()',
      'foo_t fn()',
    ]);
  });

  test('that is defined by a macro is an invocation', () => {
    expect(listing('static DEFINE_SPINLOCK(a);\nDEFINE_PER_CPU(struct foo, b);\nLIST_HEAD(c);').invocations()).toEqual([
      'DEFINE_SPINLOCK(a)',
      'DEFINE_PER_CPU(<struct foo>, b)',
      'LIST_HEAD(c)',
    ]);
  });

  test('may live in a function', () => {
    const c = listing('void f(void) { static struct mutex l; static DEFINE_MUTEX(m); struct foo x; }');
    expect(c.globals()).toEqual(['struct mutex l']);
    expect(c.invocations()).toEqual(['DEFINE_MUTEX(m)']);
    expect(c.variables('f')).toEqual(['struct foo x']);
  });
});

describe('an initialiser', () => {
  test('says which function is put into which field, nested and in arrays', () => {
    expect(
      listing(
        'static const struct ops ops = {\n\t.open = my_open,\n\t.sub = { .close = my_close, .count = 3 },\n\t.a.b = deep,\n};\nstruct row rows[] = { [0] = { .fn = first }, { .fn = second }, { "x", third, 4 } };\n',
      ).inits(),
    ).toEqual([
      'struct ops ops .open = my_open',
      'struct ops ops .sub.close = my_close',
      'struct ops ops .a.b = deep',
      'struct row rows .fn = first',
      'struct row rows #1.fn = second',
      'struct row rows #2#1 = third',
    ]);
  });

  test('may use the old form, casts, addresses and macros', () => {
    expect(
      listing('struct ops o = { open: my_open, .arg = (void *)&thing, MACRO(x, y), .n = LIMIT };').inits(),
    ).toEqual(['struct ops o .open = my_open', 'struct ops o .arg = (builtin)&thing', 'struct ops o #2 = MACRO(x, y)']);
  });

  test('counts under #if, and behind a per-cpu macro', () => {
    expect(
      listing(
        'struct ops o = {\n#ifdef A\n\t.open = a_open,\n#else\n\t.open = b_open,\n#endif\n};\nstatic DEFINE_PER_CPU(struct foo, x) = { .lock = l(x) };',
      ).inits(),
    ).toEqual(['struct ops o .open = a_open', 'struct ops o .open = b_open', 'struct foo .lock = l(x)']);
  });

  test('of a local says the same', () => {
    expect(
      listing('void f(void) { struct ops o = { .open = my_open }; g(&(struct ops){ .close = my_close }); }').inits(),
    ).toEqual(['struct ops o .open = my_open', 'struct ops .close = my_close']);
  });
});

describe('types of expressions', () => {
  const code = (body: string): string[] => listing(`void f(void) { ${body} }`).code('f');

  test('show in casts, container_of and compound literals', () => {
    expect(code('a((struct foo *)p); b(container_of(w, struct foo, work)); c((u32)(x)); d((size_t)x + 1);')).toEqual([
      'a((struct foo)p)',
      'container_of(w, <struct foo>, work)',
      'b(container_of(w, <struct foo>, work))',
      'c((u32)x)',
      'd((size_t)x op 1)',
    ]);
  });

  test('are taken from typeof and __auto_type', () => {
    expect(
      listing('void f(struct a *p) { typeof(p->b) x; __auto_type y = g(p); typeof(struct c) z; }').variables('f'),
    ).toEqual(['struct a *p', 'typeof(p->b) x', 'typeof(g(p)) y', 'struct c z']);
  });

  test('have one spelling for (*p).f and p->f, (&x)->f and x.f', () => {
    expect(code('a((*p).f); a(p->f); b((&x)->g); b(x.g); c(&*p);')).toEqual([
      'a(p->f)',
      'a(p->f)',
      'b(x.g)',
      'b(x.g)',
      'c(p)',
    ]);
  });
});

describe('numbers', () => {
  test.each([
    ['0', 0],
    ['42', 42],
    ['017', 15],
    ['0x1fUL', 31],
    ['0b101', 5],
    ['1ULL', 1],
    ['089', -1],
    ['0x', -1],
    ['1.5', -1],
    ['1e3', -1],
    ['99999999999', -1],
  ])('%s is %d', (text, value) => {
    const bytes = new TextEncoder().encode(text);
    expect(readNumber(bytes, 0, bytes.length)).toBe(value);
  });
});
