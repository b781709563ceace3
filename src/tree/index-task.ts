import type { TreeIndex } from './tree-index.ts';

/** Work over an index that several threads share: started once in each thread, then run for one batch after the other. */
export interface IndexTask<Init, Input, Output> {
  /** The module that exports the task as `task`. */
  readonly url: string;
  readonly start: (index: TreeIndex, init: Init) => (input: Input) => Output;
}
