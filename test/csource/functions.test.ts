import { describe, expect, test } from 'vitest';
import { F, FLAG } from '../../src/csource/index.ts';
import { listing } from './listing.ts';

describe('a function', () => {
  test('has a name, a linkage, a return type, parameters, locals and lines', () => {
    const c = listing(
      '\nstatic struct foo *get(struct bar *b, u32 n, ...)\n{\n\tstruct foo *f = b->f;\n\treturn f;\n}\n',
    );
    expect(c.variables('get')).toEqual(['struct bar *b', 'u32 n', 'struct foo *f']);
    expect(c.parameters('get')).toEqual(['struct bar *b', 'u32 n']);
    expect(c.type(c.word('get', F.TYPE))).toBe('struct foo');
    expect(c.word('get', F.FLAGS)).toBe(FLAG.STATIC);
    expect([c.word('get', F.LINE), c.word('get', F.END_LINE)]).toEqual([2, 6]);
  });

  test('takes unnamed parameters by their place', () => {
    expect(listing('int f(struct a *, void (*cb)(int), struct b) { }').parameters('f')).toEqual([
      'struct a *#0',
      'builtin cb()',
      'struct b #2',
    ]);
  });

  test.each([
    ['static void f(struct x *p) __must_hold(&p->lock) { g(); }', ['__must_hold(&p->lock)']],
    [
      'static void f(struct x *p)\n\t__releases(p->lock) __acquires(p->lock)\n{ g(); }',
      ['__releases(p->lock)', '__acquires(p->lock)'],
    ],
    ['static void __releases(a) __acquires(a)\nf(struct x *p)\n{ g(); }', ['__releases(a)', '__acquires(a)']],
  ])('may have annotations between parameters and body, or before its name: %s', (source, annotations) => {
    const c = listing(source);
    expect(c.functions()).toEqual(['f']);
    expect(c.annotations('f')).toEqual(annotations);
    expect(c.code('f')).toEqual(['g()']);
  });

  test.each([
    '__printf(1, 2) void f(const char *fmt) { g(); }',
    'void __printf(1, 2) f(const char *fmt) { g(); }',
    'static __printf(1, 2) __cold void f(const char *fmt) { g(); }',
    '__printf(1, 2) __cold __naked void f(const char *fmt) { g(); }',
    'static void * __init __printf(7, 8)\nf(const char *fmt) { g(); }',
    'asmlinkage __visible void noinline notrace f(const char *fmt) { g(); }',
    'void * __must_check __realloc_size(2)\nf(const char *fmt) { g(); }',
    '__attribute__((noinline)) static void f(const char *fmt) { g(); }',
    'static int f(const char *fmt) __attribute__((cold));\nstatic int f(const char *fmt) { g(); }',
    'static int f(const char *fmt)\n#define LIMIT BIT(0)\n{ g(); }',
    'static u_char\n#ifdef DEBUG\nf(const char *fmt)\n#else\n\tf(const char *fmt, int line)\n#endif\n{ g(); }',
    'extern "C" {\nvoid f(const char *fmt) { g(); }\n}',
    '#ifdef __cplusplus\nextern "C" {\n#endif\nvoid f(const char *fmt) { g(); }\n#ifdef __cplusplus\n}\n#endif\n',
    'EXPORT_SYMBOL(x)\nvoid f(const char *fmt) { g(); }',
  ])('is found among attributes: %s', (source) => {
    const c = listing(source);
    expect(c.functions()).toContain('f');
    expect(c.code('f')).toEqual(['g()']);
    expect(c.parameters('f')[0]).toBe('builtin *fmt');
  });

  test.each([
    ['static noinstr u64 __f(void) { }', '__f', 'u64'],
    ['static u64 notrace __f(void) { }', '__f', 'u64'],
    ['static u64 notrace __bpf_enter(struct a *a)\n\t__acquires(RCU)\n{ }', '__bpf_enter', 'u64'],
    ['static __aligned_u64 f(void) { }', 'f', '__aligned_u64'],
    ['static enum kind\n__f(struct d *d) { }', '__f', 'enum kind'],
    ['static struct __foo f(void) { }', 'f', 'struct __foo'],
    ['static foo_t *__f(int a) __must_hold(x) { }', '__f', 'foo_t'],
  ])('is not taken for an attribute of what stands before it: %s', (source, name, type) => {
    const c = listing(source);
    expect(c.functions()).toEqual([name]);
    expect(c.type(c.word(name, F.TYPE))).toBe(type);
  });

  test('may return a pointer to an array', () => {
    expect(listing('static const u16 (*f(struct a *a, int b))[4] { return g(a); }').parameters('f')).toEqual([
      'struct a *a',
      'builtin b',
    ]);
  });

  test('may have its parameters declared behind their list', () => {
    const c = listing('int f(a, b) struct foo *a; char *b; { return g(a); }\nh(x)\n\nint *x;\n{ k(); }\nint z;');
    expect(c.parameters('f')).toEqual(['struct foo *a', 'builtin *b']);
    expect(c.code('f')).toEqual(['g(a)', 'return g(a)']);
    expect(c.parameters('h')).toEqual(['builtin *x']);
  });

  test.each([
    [
      'SYSCALL_DEFINE2(open, const char __user *, name, int, flags) { g(); }',
      '__do_sys_open',
      ['builtin *name', 'builtin flags'],
    ],
    ['COMPAT_SYSCALL_DEFINE1(stat, struct foo __user *, p) { g(); }', '__do_compat_sys_stat', ['struct foo *p']],
    ['SYSCALL_DEFINE0(getpid) { g(); }', '__do_sys_getpid', []],
    ['SYSCALL_DEFINE1(32_kill, int, a) { g(); }', '__do_sys_32_kill', ['builtin a']],
    ['BPF_CALL_2(bpf_get, struct sk_buff *, skb, u32, n) { g(); }', 'bpf_get', ['struct sk_buff *skb', 'u32 n']],
    ['DEFINE_IDTENTRY(exc_page, struct pt_regs *regs) { g(); }', 'exc_page', ['struct pt_regs *regs']],
    ['static int UVERBS_HANDLER(ALLOC)(struct bundle *b) { g(); }', 'ALLOC', ['struct bundle *b']],
    ['int BPF_PROG(probe, struct ctx *c) { g(); }', 'probe', ['struct ctx *c']],
  ])('is opened by a macro: %s', (source, name, parameters) => {
    const c = listing(source);
    expect(c.functions()).toEqual([name]);
    expect(c.parameters(name)).toEqual(parameters);
    expect(c.code(name)).toEqual(['g()']);
  });

  test('is marked as init or exit code', () => {
    const c = listing('static int __init a(void) { }\nvoid __exit b(void) { }\nstatic inline int i(void) { }');
    expect(c.word('a', F.FLAGS) & FLAG.INIT).not.toBe(0);
    expect(c.word('b', F.FLAGS) & FLAG.EXIT).not.toBe(0);
    expect(c.word('i', F.FLAGS)).toBe(FLAG.STATIC | FLAG.INLINE);
  });

  test('knows the type of what it is declared to return elsewhere', () => {
    expect(listing('struct foo *a(int);\nextern b_t b(void), *c(void);\nint d(void);').prototypes()).toEqual([
      'struct foo a',
      'b_t b',
      'b_t c',
    ]);
  });
});

describe('a macro', () => {
  test('is read as a function without types', () => {
    const c = listing(
      '#define hdev_lock(d) mutex_lock(&(d)->lock)\n#define both(a, b) do { lock(a); lock(b); } while (0)\n',
    );
    expect(c.parameters('hdev_lock')).toEqual(['builtin d']);
    expect(c.code('hdev_lock')).toEqual(['mutex_lock(&d->lock)', 'return mutex_lock(&d->lock)']);
    expect(c.code('both')).toEqual(['lock(a)', 'lock(b)']);
  });

  test('that is an object stands for what it names', () => {
    const c = listing('#define sk_lock __sk_common.lock\n#define my_lock (&the_lock)\n');
    expect(c.code('my_lock')).toEqual(['return &the_lock']);
  });

  test('gives the value of its statement expression', () => {
    expect(listing('#define pick(x) ({ lock(x); (x)->ptr; })\n').code('pick')).toEqual(['lock(x)', 'return x->ptr']);
  });

  test('that is defined inside a function or a struct counts', () => {
    const c = listing(
      'void f(void) {\n#define take(x) lock(x)\n\ttake(a);\n}\nstruct s {\n\tint a;\n#define put(x) unlock(x)\n};\nint z;',
    );
    expect(c.functions()).toEqual(['f', 'take', 'put']);
    expect(c.code('f')).toEqual(['take(a)']);
    expect(c.globals()).toEqual(['builtin z']);
  });

  test('that defines things keeps its text, to be expanded where it is used', () => {
    const c = listing(
      '#define DEFINE_SHOW(n) static int n##_open(void) { return 1; } static const struct fops n##_fops = { .open = n##_open }\n' +
        '#define BUILD(n) \\\n\tvoid n(void) { g(); }\n#define LIMIT(x) ((x) + 1)\nDEFINE_SHOW(stats);\nmodule_pci_driver(drv);\nEXPORT_SYMBOL(x);\n',
    );
    expect(c.macroTexts().map((text) => text.replace(/\).*/, ')'))).toEqual(['DEFINE_SHOW(n)', 'BUILD(n)']);
    expect(c.invocations()).toEqual(['DEFINE_SHOW(stats)', 'module_pci_driver(drv)']);
  });
});

describe('what stands at file level under #if', () => {
  const c = listing(`#ifndef _FOO_H
#define _FOO_H
#ifdef CONFIG_A
void f(void) { a(); }
#else
void f(void) { b(); }
#endif
#if IS_ENABLED(CONFIG_B) && X
void g(void) { }
#endif
#if 0
void never(void) { }
#else
void always(void) { }
#endif
static int
#ifdef CONFIG_C
k(int a)
#else
k(int a, int b)
#endif
{ }
#ifdef __KERNEL__
void h(void) { }
#endif
#endif
`);

  test('counts in all its arms', () => {
    expect(c.functions()).toEqual(['f', 'f', 'g', 'always', 'k', 'h']);
    expect(c.code('f', 1)).toEqual(['b()']);
  });

  test('has its condition, in one spelling, without include guards', () => {
    expect([c.condition('f'), c.condition('f', 1), c.condition('g'), c.condition('h')]).toEqual([
      'CONFIG_A',
      '!CONFIG_A',
      'IS_ENABLED(CONFIG_B) && X',
      '-',
    ]);
  });
});
