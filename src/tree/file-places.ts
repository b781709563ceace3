/** Code that is never linked with other code: an architecture (odd numbers), the tools, the scripts (even ones). */
export const WORLD = { COMMON: 0, X86: 1 } as const;

/** What a common folder is worth, and headers for everybody beside it. */
const FOLDER = 4;

/** A folder: where it hangs, how deep, and the length of its path. */
interface Folder {
  readonly parent: number;
  readonly depth: number;
  readonly length: number;
  readonly world: number;
  readonly bonus: number;
}

/**
 * Where files are, as numbers, so that the linkage rules need no paths: worked out when a file is first asked for, because
 * a review asks for few.
 */
export class FilePlaces {
  private readonly path: (file: number) => string;
  private readonly folders: Folder[] = [];
  private readonly folderIds = new Map<string, number>();
  private readonly worlds = new Map<string, number>();
  /** By file: folder id * 2, plus 1 for a header. */
  private readonly known: number[] = [];

  constructor(path: (file: number) => string) {
    this.path = path;
  }

  /** The file has another path from now on. */
  forget(file: number): void {
    if (file < this.known.length) this.known[file] = -1;
  }

  isHeader(file: number): boolean {
    return (this.place(file) & 1) === 1;
  }

  /** The world that a file belongs to; WORLD.COMMON for most. */
  world(file: number): number {
    return (this.folders[this.place(file) >> 1] as Folder).world;
  }

  /** How near two files are: the length of their common folder; headers for everybody count a little. */
  nearness(file: number, from: number): number {
    const own = this.folders[this.place(file) >> 1] as Folder;
    let a = own;
    let b = this.folders[this.place(from) >> 1] as Folder;
    while (a !== b) {
      if (a.depth >= b.depth) a = this.folders[a.parent] as Folder;
      else b = this.folders[b.parent] as Folder;
    }
    return a.length * FOLDER + own.bonus;
  }

  private place(file: number): number {
    const known = this.known[file];
    if (known !== undefined && known >= 0) return known;
    while (this.known.length < file) this.known.push(-1);
    const path = this.path(file);
    const place = this.folder(path.slice(0, path.lastIndexOf('/') + 1)) * 2 + (path.endsWith('.h') ? 1 : 0);
    this.known[file] = place;
    return place;
  }

  /** Id of a folder by its path, which ends in a slash; the root is empty. */
  private folder(path: string): number {
    const known = this.folderIds.get(path);
    if (known !== undefined) return known;
    const parent = path === '' ? -1 : this.folder(path.slice(0, path.lastIndexOf('/', path.length - 2) + 1));
    const id = this.folders.length;
    this.folders.push({
      parent,
      depth: parent < 0 ? 0 : (this.folders[parent] as Folder).depth + 1,
      length: path.length,
      world: this.worldOf(path),
      bonus: path.startsWith('include/') ? 3 : path.startsWith('arch/x86/') ? 2 : path.startsWith('tools/') ? 0 : 1,
    });
    this.folderIds.set(path, id);
    return id;
  }

  private worldOf(folder: string): number {
    const [first, second] = folder.split('/', 2) as [string, string | undefined];
    if (first === 'arch' && second) return second === 'x86' ? WORLD.X86 : this.numbered(`arch/${second}`) + 1;
    if (first === 'tools' && second) return this.numbered(`tools/${second}`);
    return /^(?:scripts|samples|Documentation)$/.test(first) ? this.numbered(first) : WORLD.COMMON;
  }

  private numbered(name: string): number {
    let number = this.worlds.get(name);
    if (number === undefined) {
      number = 2 + 2 * this.worlds.size;
      this.worlds.set(name, number);
    }
    return number;
  }
}
