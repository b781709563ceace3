import type { OrderSearch, Witness } from './order-search.ts';

/** Folders that two files share if they belong together (`drivers/net/wireless/maker/chip/`). */
const PROJECT_DEPTH = 5;
/** Layers that work for everybody's objects: who comes from there passes any object on. */
const LAYERS =
  /^(?:kernel|mm|block|lib|ipc|init|security|crypto|io_uring|include|arch|virt)\/|^fs\/[^/]+$|^fs\/(?:notify|quota|iomap|netfs|proc|kernfs|sysfs|debugfs|exportfs|overlayfs|configfs|crypto|verity|iomap)\/|^net\/(?:[^/]+$|core\/|sched\/|ethtool\/|netlink\/|devlink\/|ipv4\/|ipv6\/|socket)|^drivers\/(?:base|of|acpi|pci|usb\/core|i2c|spi|tty|gpio|clk|regulator|iommu|hid|input|md|media\/common|scsi|rtc|pmdomain|opp)\/[^/]+$|^drivers\/[^/]+\/core\/|^sound\/core\//;

/**
 * Whether an indirect call of a way leaves one driver through a core that both know for the function of another one:
 * nothing says that the object is of that one.
 */
export function leavesItsDriver(witness: Witness, search: OrderSearch): boolean {
  const { graph, symbols } = search.index.tree;
  const pathOf = (fn: number): string => symbols.path(symbols.t.fnFile.at(fn));
  const paths = [witness.holder, ...witness.links.map((link) => link.callee)].map(pathOf);
  return witness.links.some((link, i) => {
    if (link.word >= 0 || graph.slotTag.at(~link.word) < 0 || graph.targetsOf(~link.word).length < 2) return false;
    const core = folderOf(paths[i] as string);
    const there = paths[i + 1] as string;
    for (let at = i - 1; at >= 0; at--) {
      const here = paths[at] as string;
      if (folderOf(here) === core) continue;
      return !LAYERS.test(here) && !areOneProject(here, there);
    }
    return false;
  });
}

/** Whether two files belong to one driver or file system: one folder holds them both, not just `drivers/net/wireless/`. */
export function areOneProject(a: string, b: string): boolean {
  const [x, y] = [a.split('/').slice(0, -1), b.split('/').slice(0, -1)];
  let common = 0;
  while (common < x.length && x[common] === y[common]) common++;
  return common >= PROJECT_DEPTH || common === Math.min(x.length, y.length);
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}
