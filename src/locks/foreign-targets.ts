import type { LockIndex } from './lock-index.ts';
import type { Witness } from './order-search.ts';

/**
 * Tells chains that go from one module through a core into a function of another module, although the first has a
 * function of its own in that slot: the inode that ext4 lets go is not one of ocfs2.
 */
export class ForeignTargets {
  private readonly index: LockIndex;
  private readonly folders = new Map<number, ReadonlySet<string>>();

  constructor(index: LockIndex) {
    this.index = index;
  }

  /** Whether some indirect call of the chain leads to a module that the object provably is not of. */
  isForeign(witness: Witness): boolean {
    const fns = [witness.holder, ...witness.links.map((link) => link.callee)];
    return witness.links.some((link, i) => {
      if (link.word >= 0 || this.index.tree.graph.slotTag.at(~link.word) < 0) return false;
      const there = this.folderOf(link.callee);
      const core = this.folderOf(fns[i] as number);
      if (there === core) return false;
      const targets = this.foldersOf(~link.word);
      // who came this way: the last module before the core that called the slot
      for (let at = i - 1; at >= 0; at--) {
        const here = this.folderOf(fns[at] as number);
        if (here === core) continue;
        if (here === there || isWithin(here, there) || isWithin(there, here)) return false;
        if (targets.has(here)) return true;
      }
      return false;
    });
  }

  private foldersOf(slot: number): ReadonlySet<string> {
    let folders = this.folders.get(slot);
    if (!folders) {
      folders = new Set(this.index.tree.graph.targetsOf(slot).map((fn) => this.folderOf(fn)));
      this.folders.set(slot, folders);
    }
    return folders;
  }

  private folderOf(fn: number): string {
    const { symbols } = this.index.tree;
    const path = symbols.path(symbols.t.fnFile.at(fn));
    return path.slice(0, path.lastIndexOf('/') + 1);
  }
}

function isWithin(folder: string, outer: string): boolean {
  return folder.startsWith(outer);
}
