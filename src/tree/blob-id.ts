import { createHash } from 'node:crypto';
import type { BlobId } from './tree.ts';

/**
 * Names a content as git does (SHA-1 over `blob <length>\0` and the bytes).
 *
 * @example
 * blobId(new Uint8Array()); // 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391'
 */
export function blobId(bytes: Uint8Array): BlobId {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex') as BlobId;
}

/** The same as 20 bytes; a repository of SHA-256 is content with the first 20. */
export function blobBytes(bytes: Uint8Array): Uint8Array {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest();
}
