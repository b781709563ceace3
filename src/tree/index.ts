/**
 * A kernel tree at a revision, read-only: a git repository or a plain directory behind one interface, files of a series
 * laid over it in memory, and the folder where results that depend only on bytes are kept. It reads and never writes a
 * tree, never follows a symbolic link, and knows nothing of mails or patches.
 */
export { type BlobMatch, findByBlobs, sameBlobs, type WantedBlobs } from './blob-history.ts';
export { blobId } from './blob-id.ts';
export { cacheFolder } from './cache-folder.ts';
export { CallGraph } from './call-graph.ts';
export type { DirectoryOptions } from './directory-tree.ts';
export { gitEnvironment } from './git-command.ts';
export { GlobalNames } from './global-names.ts';
export type { IndexOptions, IndexProgress } from './index-options.ts';
export type { IndexTask } from './index-task.ts';
export { IndexThreads } from './index-threads.ts';
export { LinkedFile } from './linked-file.ts';
export { openIndex } from './open-index.ts';
export { openTree } from './open-tree.ts';
export { type Overlay, overlay } from './overlay.ts';
export { type OverlayIndex, overlayIndex } from './overlay-index.ts';
export { Pages } from './pages.ts';
export { type Remote, remotesOf } from './remotes.ts';
export { type Revision, resolveRevision } from './revision.ts';
export { DamagedFile, openSections, type Section, type StoredSections, writeSections } from './section-file.ts';
export type { Symbols } from './symbols.ts';
export { type BlobId, type LeftOut, MAX_FILE, type Tree, type TreeEntry, type TreeFile } from './tree.ts';
export type { IndexCounts, TreeIndex } from './tree-index.ts';
export { isCLike, isTreePath } from './tree-path.ts';
export {
  assignedOutsideLoops,
  assignedTo,
  openScope,
  returnedBy,
  type Scope,
  type TransparentCall,
  TypeInference,
} from './type-inference.ts';
