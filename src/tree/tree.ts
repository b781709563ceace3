/** The name of a file's content: git's object id, 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits. */
export type BlobId = string & { readonly brand: 'BlobId' };

/** One regular file of a tree. */
export interface TreeEntry {
  /** Relative to the root, with `/` between parts, as git spells it. */
  readonly path: string;
  /** Null in a plain directory where the file was not read yet: see `Tree.blobId`. */
  readonly blob: BlobId | null;
  /** In bytes. */
  readonly size: number;
  /** Git's file mode (`100644`, `100755`); absent in a plain directory. */
  readonly mode?: string;
}

/** A path and what stands there; `bytes` is null when there is no regular file of that name. */
export interface TreeFile {
  readonly path: string;
  readonly bytes: Uint8Array | null;
}

/** What is in the tree and was not read, so that a review can say so. All sorted. */
export interface LeftOut {
  /** Never followed. */
  readonly symlinks: readonly string[];
  readonly submodules: readonly string[];
  /** Folders of tools and of build output, in a plain directory. */
  readonly skipped: readonly string[];
  /** Files of more than `MAX_FILE` bytes. */
  readonly tooLarge: readonly string[];
  /** No permission, an I/O error, a missing object, or a name that is not UTF-8. */
  readonly unreadable: readonly string[];
}

/** A kernel tree at one revision, read-only: the same answers for the same `id`, whatever happens to the checkout. */
export interface Tree {
  readonly kind: 'git' | 'directory';
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  /** Commit id (the tree's id when only a tree was named), or `directory`. */
  readonly revision: string;
  /**
   * Object id of the git tree; for a directory a SHA-256 over its sources (path and blob id) and other files (path and
   * size), for which sources that were never read are read.
   */
  readonly id: string;
  /** The C-like files and MAINTAINERS, sorted by path (code units). */
  list(): Promise<readonly TreeEntry[]>;
  /** Whether a regular file of any sort stands there. */
  has(path: string): Promise<boolean>;
  /** Content of a regular file of any sort; null when there is none, or when it was left out. */
  read(path: string): Promise<Uint8Array | null>;
  /** The same for many, in the order given, read ahead. */
  readMany(paths: Iterable<string>): AsyncIterable<TreeFile>;
  /** Git's id of the content, computed on demand in a plain directory. */
  blobId(path: string): Promise<BlobId | null>;
  leftOut(): Promise<LeftOut>;
  /** Whether a directory that was believed to be as it was kept in the cache still is; always true otherwise. */
  unchanged?(): Promise<boolean>;
  /** Ends the child process, if there is one. A tree that is forgotten does not keep the program alive. */
  close(): Promise<void>;
}

/** Files above this size, in bytes, are never read: the largest of the kernel's is 24 MB. */
export const MAX_FILE = 64 * 1024 * 1024;
