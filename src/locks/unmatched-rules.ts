import type { TreeIndex } from '../tree/index.ts';
import type { RuleSet } from './rules/index.ts';

/** Entries of one kind whose names a tree does not have, sorted. */
export interface UnmatchedRules {
  readonly kind: string;
  readonly names: readonly string[];
}

/**
 * The entries of `rules` that match nothing in a tree: calls that nobody defines or makes there, slots of structures that
 * it does not have. Those of `known` (the built-in rules, which serve several releases) are left out.
 *
 * @example
 * unmatchedRules(index, rules, builtin); // [{ kind: 'locks', names: ['foo_lokc'] }]
 */
export function unmatchedRules(index: TreeIndex, rules: RuleSet, known: RuleSet): UnmatchedRules[] {
  const { names } = index.symbols;
  const isThere = (text: string): boolean => text.split('.').every((part) => names.find(part) >= 0);
  const isSlot = (text: string): boolean => {
    const [tag = '', field = ''] = text.split('.');
    return isThere(text) && index.graph.findSlot(names.find(tag), names.find(field)) >= 0;
  };
  const own = (all: Iterable<string>, builtIn: Iterable<string>): string[] => {
    const theirs = new Set(builtIn);
    return [...new Set(all)].filter((name) => !theirs.has(name));
  };
  const calls = (set: RuleSet): Iterable<string> => set.forbidden.map(({ callee }) => callee);
  const kinds: [string, string[], (name: string) => boolean][] = [
    ['locks', own(rules.locks.keys(), known.locks.keys()), isThere],
    ['guards', own(rules.guards.keys(), known.guards.keys()), isThere],
    ['containers', own(rules.containers, known.containers), isThere],
    ['transparent', own(rules.transparent.keys(), known.transparent.keys()), isThere],
    ['registrations', own(rules.registrations.keys(), known.registrations.keys()), isThere],
    ['handovers', own(rules.handovers.keys(), known.handovers.keys()), isThere],
    ['slots', own(rules.slots.keys(), known.slots.keys()), isSlot],
    ['hubs', own(rules.hubs.keys(), known.hubs.keys()), isThere],
    ['sleeps', own(rules.sleepers.keys(), known.sleepers.keys()), isThere],
    ['no-return', own(rules.noReturn, known.noReturn), isThere],
    ['forbidden', own(calls(rules), calls(known)), isThere],
  ];
  return kinds
    .map(([kind, list, matches]) => ({ kind, names: list.filter((name) => !matches(name)).sort() }))
    .filter(({ names: missing }) => missing.length > 0);
}
