import type { TransparentCall } from './type-inference.ts';

/** How far an index has come; `total` is null while it is not known. */
export interface IndexProgress {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  /** Bytes of C read so far. */
  readonly bytes?: number;
}

export interface IndexOptions {
  /** Folder for facts and indexes; null keeps them in memory. */
  readonly cacheDir: string | null;
  /** Bytes that the cache folder may take; what was used longest ago goes. 4 GB by default. */
  readonly cacheLimit?: number;
  readonly workers: number;
  readonly transparent: ReadonlyMap<string, TransparentCall>;
  readonly onProgress: (event: IndexProgress) => void;
  /** Milliseconds since 1970: a file that changed this very moment is read again the next time. The system's clock by default. */
  readonly now?: () => number;
}
