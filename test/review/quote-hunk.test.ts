import { expect, test } from 'vitest';
import { quoteHunk } from '../../src/review/quote-hunk.ts';
import type { Patch } from '../../src/series/index.ts';
import { removeStore, unbindStore } from '../report/fixtures.ts';

const DIFF = `diff --git a/drivers/widget/ports.c b/drivers/widget/ports.c
--- a/drivers/widget/ports.c
+++ b/drivers/widget/ports.c
@@ -10,3 +10,4 @@ static int ports_count(struct widget *w)
 	int n = 0;
+	int m = 0;
 
 	return n;
@@ -648,5 +649,7 @@ static void ports_del_children(struct widget *w)
 {
 	struct port *port, *next;
 
+	widget_lock_rescan();
+	w->dying = true;
 	list_for_each_entry_safe(port, next, &w->ports, node)
 		ports_del(port);
`;

const patch = (diff: string): Patch => ({ index: 1, diff }) as Patch;
const paths = [unbindStore, removeStore];

test('the changed line that takes the lock is quoted, with a few lines around it', () => {
  expect(quoteHunk(paths, 1, { patches: [patch(DIFF)] })).toEqual({
    patch: 1,
    file: 'drivers/widget/ports.c',
    header: '@@ -648,5 +649,7 @@ static void ports_del_children(struct widget *w)',
    line: 652,
    lines: [' {', ' \tstruct port *port, *next;', ' ', '+\twidget_lock_rescan();', '+\tw->dying = true;'],
  });
});

test('a removed line is quoted when nothing that is added names the proof', () => {
  const diff = DIFF.replace('+\twidget_lock_rescan();', '-\twidget_lock_rescan();').replace('+\tint m = 0;\n', '');
  expect(quoteHunk(paths, 1, { patches: [patch(diff.replace('+\tw->dying = true;\n', ''))] })?.line).toBe(0);
});

test('nothing is quoted for a finding that no patch introduces, or whose patch is not at hand', () => {
  expect(quoteHunk(paths, null, { patches: [patch(DIFF)] })).toBeNull();
  expect(quoteHunk(paths, 2, { patches: [patch(DIFF)] })).toBeNull();
  expect(quoteHunk(paths, 1, { patches: [patch('')] })).toBeNull();
});

test('a patch that touches nothing of the proof is not quoted', () => {
  const other = DIFF.replaceAll('ports.c', 'other.c').replace('widget_lock_rescan', 'something_else');
  expect(quoteHunk(paths, 1, { patches: [patch(other.replace('ports_del_children', 'f'))] })).toBeNull();
});

test('of two functions in one hunk that make the same call, the one in the chain is quoted', () => {
  const diff = `diff --git a/drivers/widget/ports.c b/drivers/widget/ports.c
--- a/drivers/widget/ports.c
+++ b/drivers/widget/ports.c
@@ -10,6 +10,8 @@ static void ports_add(struct widget *w)
 	int i;
+	widget_lock_rescan();
 }
 
 static void ports_del_children(struct widget *w)
 {
+	widget_lock_rescan();
 	ports_del(w);
`;
  expect(quoteHunk(paths, 1, { patches: [patch(diff)] })?.line).toBe(16);
});
