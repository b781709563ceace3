import { FLAG } from '../csource/index.ts';
import { type Chain, type ContextSearch, linksOf } from './context-search.ts';

/** Folders that two files share if they belong together (`drivers/net/wireless/maker/chip/`). */
const PROJECT_DEPTH = 5;

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

/** Whether two files belong to one driver or file system: one folder holds them both, not just `drivers/net/wireless/`. */
function areOneProject(a: string, b: string): boolean {
  const [x, y] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  let common = 0;
  while (common < x.length && x[common] === y[common]) common++;
  return common >= PROJECT_DEPTH || common === Math.min(x.length, y.length);
}
