import { join } from 'node:path';
import { type FileFacts, readFile } from '../csource/index.ts';
import { blobBytes } from './blob-id.ts';
import { FactsCache } from './facts-cache.ts';
import { encodeFacts } from './facts-codec.ts';
import { BLOB_BYTES, type PackWriter } from './facts-pack.ts';
import { packFacts } from './facts-record.ts';
import { readRegular } from './read-regular.ts';

/** Files to read: by path below `root`, or by their bytes, or (`null` bytes) by the blob id alone. */
export interface ReadRequest {
  readonly root: string | null;
  readonly paths: readonly string[];
  readonly bytes: readonly (Uint8Array | null)[] | null;
  /** 20 bytes a file where the ids are known. */
  readonly blobs: Uint8Array | null;
}

/** What became of the files of a request, in their order. */
export interface ReadResult {
  /** Facts one behind the other, as `decodeFacts` reads them. */
  readonly facts: Uint8Array<ArrayBuffer>;
  /** Bytes of each file's facts; -1 when it could not be read, -2 when its facts are not in the cache. */
  readonly lengths: Int32Array<ArrayBuffer>;
  /** 20 bytes a file. */
  readonly blobs: Uint8Array<ArrayBuffer>;
  /** Without a cache folder: the packed facts one behind the other, shared by all threads. */
  readonly records: SharedArrayBuffer | null;
  readonly recordLengths: Int32Array<ArrayBuffer>;
  /** Bytes of C read, not counting what the cache had. */
  readonly read: number;
}

/** Reads sources into facts: from the cache when it has them, else from their bytes, which then go into the cache. */
export class FactsReader {
  private readonly cache: FactsCache | null;
  private writer: PackWriter | null = null;

  constructor(cacheDir: string | null) {
    this.cache = cacheDir === null ? null : new FactsCache(cacheDir);
  }

  /** Throws when the cache cannot be written. */
  read(request: ReadRequest): ReadResult {
    const count = request.paths.length;
    const parts: (Uint8Array | null)[] = [];
    const lengths = new Int32Array(count).fill(-1);
    const recordLengths = new Int32Array(count);
    const blobs = new Uint8Array(count * BLOB_BYTES);
    const records: Uint8Array[] = [];
    let read = 0;
    for (let i = 0; i < count; i++) {
      const known = request.blobs?.subarray(i * BLOB_BYTES, (i + 1) * BLOB_BYTES) ?? null;
      let facts: FileFacts | null = known ? (this.cache?.facts(known) ?? null) : null;
      let blob = known;
      if (!facts) {
        const bytes = this.bytesOf(request, i);
        if (!bytes) {
          lengths[i] = known && request.root === null && request.bytes === null ? -2 : -1;
          if (known) blobs.set(known, i * BLOB_BYTES);
          continue;
        }
        blob = known ?? blobBytes(bytes);
        facts = known ? null : (this.cache?.facts(blob) ?? null);
        if (!facts) {
          facts = readFile(bytes);
          read += bytes.length;
          const record = packFacts(facts);
          if (this.cache) {
            this.writer ??= this.cache.writer();
            this.writer.add(blob, record);
          } else {
            records.push(record);
            recordLengths[i] = record.length;
          }
        }
      }
      if (blob) blobs.set(blob, i * BLOB_BYTES);
      const encoded = encodeFacts(facts);
      lengths[i] = encoded.length;
      parts.push(encoded);
    }
    return {
      facts: joined(parts),
      lengths,
      blobs,
      records: this.cache ? null : shared(records),
      recordLengths,
      read,
    };
  }

  /** Writes what is buffered, and its index: from now on other threads and processes can read it. */
  finish(): void {
    this.writer?.close();
    this.writer = null;
    this.cache?.close();
  }

  private bytesOf(request: ReadRequest, i: number): Uint8Array | null {
    if (request.bytes) return request.bytes[i] ?? null;
    if (request.root === null) return null;
    try {
      return readRegular(join(request.root, request.paths[i] as string));
    } catch {
      return null;
    }
  }
}

function joined(parts: readonly (Uint8Array | null)[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  let at = 0;
  for (const part of parts) {
    if (!part) continue;
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function shared(parts: readonly Uint8Array[]): SharedArrayBuffer {
  const buffer = new SharedArrayBuffer(parts.reduce((sum, part) => sum + part.length, 0));
  const out = new Uint8Array(buffer);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return buffer;
}
