import { FLAG } from '../csource/index.ts';
import { leavesItsDriver } from './foreign-doubt.ts';
import { needsLastReference } from './last-reference.ts';
import type { OrderSearch, Witness } from './order-search.ts';
import type { RuleSet } from './rules/index.ts';

/** From here on a finding may leave the dashboard. */
export const THRESHOLD = 0.5;

/** How far the halves of a proof can be believed, from 0 to 1: every guess on the way costs something. */
export function confidenceOf(halves: readonly Witness[], search: OrderSearch, rules: RuleSet): number {
  let confidence = 0.97;
  for (const half of halves) confidence -= doubt(half, search);
  void rules;
  return Math.round(Math.max(0.05, confidence) * 100) / 100;
}

function doubt(half: Witness, search: OrderSearch): number {
  const { graph, symbols } = search.index.tree;
  let sum = 0.026 * half.cost;
  for (const link of half.links) if (link.word < 0) sum += 0.03 + 0.006 * Math.log2(graph.targetsOf(~link.word).length);
  if (half.held.entry) sum += 0.04;
  if (leavesItsDriver(half, search)) sum += 0.25;
  if (needsLastReference(half, search.index)) sum += 0.42;
  const ends = [half.holder, ...half.links.map((link) => link.callee)];
  if (ends.some((fn) => (symbols.t.fnFlags.at(fn) & (FLAG.INIT | FLAG.EXIT)) !== 0)) sum += 0.3;
  return sum;
}
