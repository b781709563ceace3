import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDiff, stitch } from '../../src/diff/index.ts';
import { functionHead } from '../../src/diff/stitch.ts';

function stitched(hunks: string) {
  const result = stitch(parseDiff(`--- a/x.c\n+++ b/x.c\n${hunks}`)[0]!);
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { ...result, before: text(result.before), after: text(result.after) };
}

test('a hunk inside a function becomes that function, on both sides', () => {
  const { before, after, beforeLines, afterLines } = stitched(
    '@@ -10,4 +10,5 @@ static int f(struct a *a)\n \tint rc;\n \n-\trc = g(a);\n+\tlock(a);\n+\trc = h(a);\n \treturn rc;\n',
  );
  expect(before).toBe('static int f(struct a *a)\n{\n\tint rc;\n\n\trc = g(a);\n\treturn rc;\n}\n');
  expect(after).toBe('static int f(struct a *a)\n{\n\tint rc;\n\n\tlock(a);\n\trc = h(a);\n\treturn rc;\n}\n');
  expect(beforeLines).toEqual([0, 0, 10, 11, 12, 13, 0]);
  expect(afterLines).toEqual([0, 0, 10, 11, 12, 13, 14, 0]);
});

test('a hunk that begins with the brace of its function gets only the head', () => {
  const { after } = stitched('@@ -2,3 +2,4 @@ static int f(struct a *a)\n {\n \tint rc;\n+\tlong x;\n \tint y;\n');
  expect(after).toBe('static int f(struct a *a)\n{\n\tint rc;\n\tlong x;\n\tint y;\n}\n');
});

test('two hunks of one function make one function', () => {
  const { after } = stitched(
    '@@ -5,2 +5,3 @@ int f(void)\n \ta();\n+\tlock();\n \tb();\n@@ -20,3 +21,4 @@ int f(void)\n \tc();\n+\tunlock();\n \treturn 0;\n }\n',
  );
  expect(after).toBe('int f(void)\n{\n\ta();\n\tlock();\n\tb();\n\tc();\n\tunlock();\n\treturn 0;\n}\n');
});

test('a hunk that ends one function and begins the next keeps both, and the second goes on in the next hunk', () => {
  const { after } = stitched(
    '@@ -5,8 +5,9 @@ int f(void)\n \ta();\n+\tb();\n }\n \n int g(int x,\n       int y)\n {\n \tc();\n \td();\n@@ -30,2 +31,3 @@ int g(int x,\n \te();\n+\tf();\n }\n',
  );
  expect(after).toBe(
    'int f(void)\n{\n\ta();\n\tb();\n}\n\nint g(int x,\n      int y)\n{\n\tc();\n\td();\n\te();\n\tf();\n}\n',
  );
});

test('complete functions at file level stay as they are', () => {
  const { before, after } = stitched(
    '@@ -30,3 +30,9 @@ EXPORT_SYMBOL_GPL(other);\n \n+bool mine(void)\n+{\n+\treturn true;\n+}\n+EXPORT_SYMBOL_GPL(mine);\n+\n static int x;\n \n',
  );
  expect(before).toBe('\nstatic int x;\n\n');
  expect(after).toBe('\nbool mine(void)\n{\n\treturn true;\n}\nEXPORT_SYMBOL_GPL(mine);\n\nstatic int x;\n\n');
});

test('a new function after the end of the one that the section names is not put into it', () => {
  const { after } = stitched(
    '@@ -22,4 +22,8 @@ void f(void)\n }\n EXPORT_SYMBOL_GPL(f);\n \n+void g(void)\n+{\n+\th();\n+}\n static int x;\n',
  );
  expect(after).toContain('void g(void)\n{\n\th();\n}\nstatic int x;\n');
  expect(after.split('{').length).toBe(after.split('}').length);
});

test('a block whose beginning is not shown stays a block, begun by a made-up condition', () => {
  const { after } = stitched(
    '@@ -22,6 +22,7 @@ void f(struct a *a)\n \t\tif (x)\n \t\t\tbreak;\n \t}\n+\tunlock(a);\n \tdone(a);\n }\n \n',
  );
  expect(after).toBe(
    'void f(struct a *a)\n{\nif (not_in_the_diff) {\n\t\tif (x)\n\t\t\tbreak;\n\t}\n\tunlock(a);\n\tdone(a);\n}\n\n',
  );
});

test('an else whose if is not shown closes one block and opens another', () => {
  const { after } = stitched('@@ -22,4 +22,5 @@ void f(void)\n \t\ta();\n \t} else {\n+\t\tlock();\n \t\tb();\n \t}\n');
  expect(after).toContain('if (not_in_the_diff) {\n\t\ta();\n\t} else {\n\t\tlock();\n');
  expect(after.split('{').length).toBe(after.split('}').length);
});

test('the head of a function whose body is not shown is no more than a prototype', () => {
  const { after } = stitched('@@ -5,4 +5,5 @@ void f(void)\n \ta();\n+\tb();\n }\n \n static void g(void)\n');
  expect(after).toBe('void f(void)\n{\n\ta();\n\tb();\n}\n\nstatic void g(void)\n;\n');
});

test('a hunk that begins inside a comment does not open one', () => {
  const { after } = stitched('@@ -7,4 +7,5 @@ void f(void)\n \t * of { a comment\n \t */\n \ta();\n+\tb();\n \tc();\n');
  expect(after).toBe('void f(void)\n{\n\n\n\ta();\n\tb();\n\tc();\n}\n');
});

test('a comment and a call that are cut off are closed', () => {
  expect(stitched('@@ -7,1 +7,3 @@ void f(void)\n \ta();\n+\t/* first\n+\t * second\n').after).toMatch(/\*\/\n\}\n$/);
  expect(stitched('@@ -7,1 +7,2 @@ void f(void)\n \ta();\n+\tb(1,\n').after).toMatch(/b\(1,\n\);\n\}\n$/);
});

test('braces in strings, characters and comments do not count', () => {
  const { after } = stitched('@@ -7,1 +7,4 @@ void f(void)\n \ta();\n+\tb("{");\n+\tc(\'{\');\n+\td(); /* { */ // {\n');
  expect(after.endsWith('// {\n}\n')).toBe(true);
});

test.each([
  ['static int f(struct a *a)', 'static int f(struct a *a)'],
  [
    'static ssize_t remove_store(struct device *dev, struct device_attribute *attr,',
    'static ssize_t remove_store(struct device *dev, struct device_attribute *attr)',
  ],
  ['int f(struct a *a, int', 'int f(struct a *a)'],
  ['int f(void) {', 'int f(void)'],
  ['struct a {', null],
  ['EXPORT_SYMBOL_GPL(f);', null],
  ['DEFINE_MUTEX(x);', null],
  ['static const struct file_operations fops = {', null],
  ['out:', null],
  ['', null],
])('the section %j is the head %j', (section, head) => {
  expect(functionHead(section)).toBe(head);
});

test('whatever the hunks are, the braces balance and every line number is true', () => {
  const line = fc.constantFrom(
    '\ta();',
    '\tif (x) {',
    '\t}',
    '}',
    '{',
    '',
    'int f(void)',
    '\t/* {',
    '\t */',
    '#if {',
    '\t} else {',
    'out:',
    '\tb("}");',
  );
  const kind = fc.constantFrom(' ', '-', '+');
  const hunk = fc.tuple(
    fc.array(fc.tuple(kind, line), { minLength: 1, maxLength: 12 }),
    fc.constantFrom('int f(void)', 'struct a {', ''),
  );
  fc.assert(
    fc.property(fc.array(hunk, { minLength: 1, maxLength: 4 }), (hunks) => {
      const text = hunks
        .map(([lines, section], i) => {
          const count = (sides: string) => lines.filter(([k]) => sides.includes(k)).length;
          return `@@ -${i * 50 + 1},${count(' -')} +${i * 50 + 1},${count(' +')} @@ ${section}\n${lines.map(([k, l]) => k + l).join('\n')}\n`;
        })
        .join('');
      const { after, afterLines } = stitched(text);
      expect(after.split('\n').length - 1).toBe(afterLines.length);
      const real = afterLines.filter((n) => n > 0);
      expect(real).toEqual([...real].sort((a, b) => a - b));
      expect(real).toHaveLength(hunks.reduce((sum, [lines]) => sum + lines.filter(([k]) => k !== '-').length, 0));
    }),
    { numRuns: 300 },
  );
});
