import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type FileFacts, FRONT_END_VERSION } from '../csource/index.ts';
import { touch } from './evict.ts';
import { Pack, PackWriter } from './facts-pack.ts';
import { unpackFacts } from './facts-record.ts';

/**
 * The facts of every file that was ever read, by the blob id of its bytes: shared by all trees, revisions and processes.
 *
 * A folder of packs, each written by one thread of one process and never changed after that. A pack without an index is
 * read by its records, so an interrupted run loses what it had in its buffer and no more. A record whose checksum is
 * wrong is not there.
 */
export class FactsCache {
  readonly folder: string;
  private packs: Pack[];

  /** `cacheDir` is the cache folder of the program. */
  constructor(cacheDir: string) {
    this.folder = join(cacheDir, 'facts', String(FRONT_END_VERSION));
    this.packs = openPacks(this.folder);
  }

  /** The facts of a blob (20 bytes), or null when they are not here. */
  facts(blob: Uint8Array): FileFacts | null {
    for (const pack of this.packs) {
      const record = pack.read(blob);
      const facts = record ? unpackFacts(record) : null;
      if (facts) return facts;
    }
    return null;
  }

  has(blob: Uint8Array): boolean {
    return this.packs.some((pack) => pack.has(blob));
  }

  /** A new pack to write to. Throws what the file system throws. */
  writer(): PackWriter {
    mkdirSync(this.folder, { recursive: true });
    return new PackWriter(join(this.folder, `${randomUUID()}.pack`));
  }

  /** Notes that the packs were of use, so that they are the last to go. */
  touch(now: number): void {
    for (const { path } of this.packs) {
      touch(path, now);
      touch(`${path}.idx`, now);
    }
  }

  close(): void {
    for (const pack of this.packs) pack.close();
    this.packs = [];
  }
}

/** Largest first: most of a tree is in the pack of its first reading. */
function openPacks(folder: string): Pack[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => name.endsWith('.pack'));
  } catch {
    return [];
  }
  const packs = names.sort().flatMap((name) => Pack.open(join(folder, name)) ?? []);
  return packs.sort((a, b) => b.count - a.count);
}
