import type { RuleSet } from './rules/index.ts';

/** Whether the analysis looks into a file at all. */
export function isOpaque(rules: RuleSet, path: string): boolean {
  return rules.opaquePaths.some((opaque) =>
    opaque.path.endsWith('/') ? path.startsWith(opaque.path) : path === opaque.path,
  );
}
