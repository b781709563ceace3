import { expect, test } from 'vitest';
import {
  compareResultSchema,
  explanationSchema,
  runCompare,
  runExplain,
  runIndex,
  runRulesCheck,
} from '../../src/review/index.ts';
import { folderWith, request } from './request.ts';

const compare = {
  inputs: ['examples/series'],
  from: null,
  to: null,
  ruleDirs: [],
  today: '2026-01-31',
  cacheDir: null,
};
const onTree = (tree: string | null) => request({ inputs: [], tree });

test('compare holds the newest version against the one before', async () => {
  const compared = await runCompare(compare);
  expect(compared).toMatchObject({ ok: true, value: { comparison: { from: { version: 1 }, to: { version: 2 } } } });
  expect(compareResultSchema.safeParse(compared.ok && compared.value).error).toBeUndefined();
});

test('compare can look backwards', async () => {
  expect(await runCompare({ ...compare, from: 2, to: 1 })).toMatchObject({
    ok: true,
    value: { comparison: { from: { version: 2 }, to: { version: 1 } } },
  });
});

test('compare of one version has no comparison', async () => {
  expect(await runCompare({ ...compare, inputs: ['examples/series/v1.mbox'] })).toMatchObject({
    ok: true,
    value: { comparison: null },
  });
});

test.each([
  [{ from: 7 }, 'there is no other version 7'],
  [{ to: 7 }, 'version 7 is not in the input'],
  [{ from: 2, to: 2 }, 'there is no other version 2'],
])('compare with %j is a fault', async (versions, what) => {
  expect(await runCompare({ ...compare, ...versions })).toMatchObject({
    ok: false,
    fault: { code: 'input/no-such-version', what },
  });
});

test('explain shows the order that a tree has, and none where it has none', async () => {
  const explained = await runExplain({ ...onTree('examples/tree'), locks: ['port_topology_mutex', 'port.lock'] });
  expect(explained).toMatchObject({ ok: true, value: { reverse: [] } });
  expect(explained.ok && explained.value.forward[0]?.chain[0]?.function).toBe('rescan_store');
  expect(explanationSchema.safeParse(explained.ok && explained.value).error).toBeUndefined();
});

test.each([
  ['port_topology_mutx', 'did you mean port_topology_mutex?'],
  ['lock', /port\.lock/],
  ['nothing_of_the_kind', undefined],
])('explain of an unknown class %s hints at near ones', async (name, hint) => {
  const explained = await runExplain({ ...onTree('examples/tree'), locks: ['port.lock', name] });
  expect(explained).toMatchObject({ ok: false, fault: { code: 'locks/no-such-class' } });
  if (hint === undefined) expect(explained.ok || explained.fault.hint).toBeUndefined();
  else expect(explained.ok || explained.fault.hint).toMatch(hint);
});

test('explain needs a tree', async () => {
  const explained = await runExplain({ ...onTree(null), locks: ['a', 'b'] });
  expect(explained).toMatchObject({ ok: false, fault: { code: 'usage/argument' } });
});

test('index counts what it read and takes its time from the edge', async () => {
  let clock = 1000;
  const now = () => (clock += 500);
  const indexed = await runIndex({ ...onTree('examples/tree'), tree: 'examples/tree', now });
  expect(indexed).toMatchObject({ ok: true, value: { files: 9, seconds: 0.5 } });
  expect(indexed.ok && indexed.value.classes).toBeGreaterThan(2);
});

test('a second index of the same tree finds the first one in the cache', async () => {
  const cacheDir = folderWith({});
  const phases: string[][] = [[], []];
  for (const seen of phases) {
    const onProgress = (event: { phase: string }) => seen.push(event.phase);
    await runIndex({ ...onTree('examples/tree'), tree: 'examples/tree', cacheDir, onProgress, now: () => 0 });
  }
  expect(phases[0]).toContain('reading');
  expect(phases[1]).toEqual([]);
});

test('the built-in rules are valid', async () => {
  const checked = await runRulesCheck({ ruleDirs: [], today: '2026-01-31' });
  expect(checked.ok && checked.value.entries.find((entry) => entry.kind === 'locks')?.count).toBeGreaterThan(100);
});

test('a rule that is wrong is named with its line and what to write instead', async () => {
  const folder = folderWith({ 'mine.yaml': 'schema: abbot.rules/1\norders:\n  - before: a\n    afterr: b\n' });
  const checked = await runRulesCheck({ ruleDirs: [folder], today: '2026-01-31' });
  expect(checked).toMatchObject({
    ok: true,
    value: {
      errors: [
        expect.stringMatching(/mine\.yaml:3:5: error: orders\.0: 'order' is missing; add 'order: …'$/),
        expect.stringMatching(/mine\.yaml:3:5: error: orders\.0: 'because' is missing/),
        expect.stringMatching(/mine\.yaml:3:5: error: orders\.0: 'source' is missing/),
        expect.stringMatching(/mine\.yaml:3:5: error: orders\.0: unknown key 'before'; use one of/),
        expect.stringMatching(/mine\.yaml:4:5: error: orders\.0: unknown key 'afterr'; use one of/),
      ],
    },
  });
});

test('an expired suppression is a warning, not an error', async () => {
  const folder = folderWith({
    'mine.yaml':
      "schema: abbot.rules/1\nsuppressions:\n  - locks: [a.lock, b.lock]\n    reason: was fine\n    expires: '2020-01-01'\n",
  });
  const checked = await runRulesCheck({ ruleDirs: [folder], today: '2026-01-31' });
  expect(checked).toMatchObject({ ok: true, value: { warnings: [expect.stringContaining('expired')] } });
});

test('all errors are told, and with a tree what matches nothing in it', async () => {
  const tree = folderWith({
    'x.c':
      'struct foo_ops { int (*start)(void); };\nvoid foo_lock(int *l) { }\nint f(struct foo_ops *ops) { return ops->start(); }\n',
  });
  const rules = folderWith({
    'mine.yaml':
      'schema: abbot.rules/1\nlocks:\n  foo:\n    acquire: [foo_lock]\n    release: [foo_unlokc]\nslots:\n' +
      '  - {slot: foo_ops.start, context: process, because: b}\n  - {slot: foo_ops.stop, context: process, because: b}\n',
    'wrong.yaml': 'schema: abbot.rules/1\nlokcs: {}\nhub: []\n',
  });
  const checked = await runRulesCheck({
    ruleDirs: [rules],
    today: '2026-01-31',
    against: { tree, base: null, cacheDir: null, workers: 1, onProgress: () => {} },
  });
  expect(checked).toMatchObject({
    ok: true,
    value: {
      errors: [
        expect.stringMatching(/wrong\.yaml:2:1: error: unknown key 'lokcs'; write 'locks'/),
        expect.stringMatching(/wrong\.yaml:3:1: error: unknown key 'hub'; write 'hubs'/),
      ],
      unmatched: [
        { kind: 'locks', names: ['foo_unlokc'] },
        { kind: 'slots', names: ['foo_ops.stop'] },
      ],
    },
  });
});
