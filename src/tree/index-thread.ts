import { FactsReader, type ReadRequest, type ReadResult } from './facts-reader.ts';
import { type IndexTables, indexOver } from './index-tables.ts';
import type { IndexTask } from './index-task.ts';
import type { TreeIndex } from './tree-index.ts';

/** What one thread is asked to do for an index, and in which order: read, finish; attach, start, run. */
export type ThreadCall =
  | { readonly call: 'read'; readonly cacheDir: string | null; readonly request: ReadRequest }
  | { readonly call: 'finish' }
  | { readonly call: 'attach'; readonly tables: IndexTables }
  | { readonly call: 'start'; readonly url: string; readonly init: unknown }
  | { readonly call: 'run'; readonly input: unknown };

/** The state of one thread; the main thread uses the same when it works alone. */
export class IndexThread {
  private reader: FactsReader | null = null;
  private index: TreeIndex | null = null;
  private job: ((input: unknown) => unknown) | null = null;

  read(cacheDir: string | null, request: ReadRequest): ReadResult {
    this.reader ??= new FactsReader(cacheDir);
    return this.reader.read(request);
  }

  finish(): void {
    this.reader?.finish();
    this.reader = null;
  }

  attach(tables: IndexTables): void {
    this.index = indexOver(tables);
  }

  adopt(index: TreeIndex): void {
    this.index = index;
  }

  start<I, A, B>(task: Pick<IndexTask<I, A, B>, 'start'>, init: I): void {
    if (this.index) this.job = task.start(this.index, init) as (input: unknown) => unknown;
  }

  run(input: unknown): unknown {
    return this.job?.(input);
  }
}
