import { FLAG } from '../csource/index.ts';
import { type Chain, type ContextSearch, linksOf } from './context-search.ts';
import { areOneProject } from './foreign-doubt.ts';

/**
 * What makes a chain doubtful beside its length: indirect calls with many targets, a holder in another driver than the
 * target (what it holds is not held for this object), code that runs once.
 */
export function chainDoubt(chain: Chain, search: ContextSearch): number {
  const { symbols, graph } = search.index.tree;
  const pathOf = (fn: number): string => symbols.path(symbols.t.fnFile.at(fn));
  const from = pathOf(chain.fns[0] as number);
  let doubt = chain.fns.some((fn) => (symbols.t.fnFlags.at(fn) & (FLAG.INIT | FLAG.EXIT)) !== 0) ? 0.3 : 0;
  linksOf(chain).forEach((link, i) => {
    if (link.word >= 0) return;
    const targets = graph.targetsOf(~link.word).length;
    doubt += 0.03 + 0.03 * Math.log2(Math.max(1, targets));
    const caller = pathOf(chain.fns[i] as number);
    if (targets > 1 && caller !== from && !areOneProject(from, pathOf(link.callee))) doubt += 0.25;
  });
  return doubt;
}
