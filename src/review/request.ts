import type { MessageId, ReadItem } from '../mail/index.ts';
import type { Outcome } from '../outcome/index.ts';
import type { Overrule } from '../series/index.ts';
import type { LeftOut } from '../tree/index.ts';
import type { AnswerStore } from './answer-store.ts';
import type { CompareResult, Explanation, Review } from './review.ts';

/** One step of progress; `total` is null while it is not known. */
export interface ProgressEvent {
  readonly phase: string;
  readonly done: number;
  readonly total: number | null;
  readonly note?: string;
  /** Bytes of C read so far. */
  readonly bytes?: number;
}

/** The rules to use, and the day it is for suppressions that expire: time comes in from the edge. */
export interface RulesRequest {
  /** Folders, files or packs (`pack:qemu`) with rules beside the built-in ones. */
  readonly ruleDirs: readonly string[];
  /** ISO date (`2026-01-31`). */
  readonly today: string;
}

/** Where the order analysis reads from, shared by every command that needs a tree. */
export interface TreeRequest extends RulesRequest {
  /** Directory with C sources or a git repository; null is diff-only mode. */
  readonly tree: string | null;
  /** Revision of the tree, or null for the one that the series names, or HEAD. */
  readonly base: string | null;
  /** Folder of the facts cache; null for none. Nothing is written anywhere else. */
  readonly cacheDir: string | null;
  /** Bytes that the cache folder may take. */
  readonly cacheLimit?: number;
  readonly workers: number;
  readonly onProgress: (event: ProgressEvent) => void;
}

/** Mails that come from somewhere else than files. */
export interface FetchedInput {
  readonly items: readonly ReadItem[];
  /** What was fetched and what was not found, one line each, for the coverage. */
  readonly notes: readonly string[];
  /** The mail that was asked for: its series is under review, and not the most recent one. */
  readonly wanted: MessageId | null;
}

/** The mails to read. */
export interface InputRequest {
  /** Files, directories, or `-` for `stdin`. */
  readonly inputs: readonly string[];
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Which versions belong together and which do not, said by hand. */
  readonly overrule?: Overrule;
  /** Mails that were fetched beforehand, read after those of `inputs`. */
  readonly fetched?: FetchedInput;
}

/** What `abbot review` asks for. */
export interface ReviewRequest extends TreeRequest, InputRequest {
  /** Version of the series to review; null for the highest in the input. */
  readonly pick: number | null;
  /** List pre-existing, gated and below-threshold findings too. */
  readonly all: boolean;
  /** Version of the program, part of the run id. */
  readonly version: string;
  /** Where answers to findings are kept from review to review; left out, only those among the mails are shown. */
  readonly answers?: AnswerStore;
}

/** What `abbot compare` asks for; null versions are the highest and the one before it. */
export interface CompareRequest extends RulesRequest, InputRequest {
  readonly from: number | null;
  readonly to: number | null;
  /** Folder of the cache that spares reading the rules again; null for none. */
  readonly cacheDir: string | null;
}

/** What `abbot explain A B` asks for. */
export interface ExplainRequest extends TreeRequest {
  readonly locks: readonly [string, string];
}

/** What `abbot index` asks for. */
export interface IndexRequest extends TreeRequest {
  readonly tree: string;
  /** The edge's clock, in milliseconds. */
  readonly now: () => number;
}

/** What the facts cache holds after `abbot index`; `seconds` is measured at the edge and is not part of any review. */
export interface IndexSummary {
  readonly files: number;
  readonly functions: number;
  readonly callSites: number;
  readonly lockSites: number;
  readonly classes: number;
  readonly unresolved: number;
  readonly slots: number;
  readonly seconds: number;
  readonly bytes: number;
  /** What is in the tree and not in the index, with the reason; sorted paths. */
  readonly leftOut: LeftOut;
}

/** What `abbot rules check` asks for. */
export interface RulesCheckRequest extends RulesRequest {
  /** A tree that the entries are compared with; left out, they are only read. */
  readonly against?: {
    readonly tree: string;
    readonly base: string | null;
    readonly cacheDir: string | null;
    readonly workers: number;
    readonly onProgress: (event: ProgressEvent) => void;
  };
}

/** What the rules hold: the hash of their content, and how many entries of each kind were loaded. */
export interface RulesSummary {
  readonly hash: string;
  readonly entries: readonly { readonly kind: string; readonly count: number }[];
  /** Everything that is wrong: `file:line:column: error: what; what to write instead`. */
  readonly errors: readonly string[];
  /** Entries of other folders than the built-in one that match nothing in the tree; null when none was given. */
  readonly unmatched: readonly { readonly kind: string; readonly names: readonly string[] }[] | null;
  /** What is not wrong but wants a look (an expired suppression), one line each. */
  readonly warnings: readonly string[];
}

/** Everything the command line asks of the review room; the door exports functions of these names and types. */
export interface Engine {
  readonly runReview: (request: ReviewRequest) => Promise<Outcome<Review>>;
  readonly runCompare: (request: CompareRequest) => Promise<Outcome<CompareResult>>;
  readonly runExplain: (request: ExplainRequest) => Promise<Outcome<Explanation>>;
  readonly runRulesCheck: (request: RulesCheckRequest) => Promise<Outcome<RulesSummary>>;
  readonly runIndex: (request: IndexRequest) => Promise<Outcome<IndexSummary>>;
}
