import type { Explanation } from './review.ts';

/** Which tree an atlas reads, and since when. */
export interface AtlasIdentity {
  readonly root: string;
  readonly kind: 'git' | 'directory';
  /** Commit id, or `directory`. */
  readonly revision: string;
  /** Names the content of the tree: see `Tree.id`. */
  readonly id: string;
  /** Hash of the rules. */
  readonly rules: string;
  /** When the index was opened, by the edge's clock, in milliseconds. */
  readonly openedAt: number;
}

/** What was looked at, and what could not be seen. */
export interface AtlasCoverage {
  readonly files: number;
  /** Files of the tree that could not be read. */
  readonly unreadable: number;
  readonly functions: number;
  /** Indirect calls of which no target is known. */
  readonly unresolvedCalls: number;
  /** Places where an `#if` arm with unbalanced braces was passed over. */
  readonly dropped: number;
  readonly notes: readonly string[];
}

/** A lock class and how much there is of it. */
export interface ClassRow {
  readonly name: string;
  /** Functions that take it. */
  readonly takers: number;
  /** Classes that single functions take while it is held. */
  readonly below: number;
  /** Classes that are held where single functions take it. */
  readonly above: number;
}

/** What a search found, best first. */
export interface ClassSearch {
  readonly rows: readonly ClassRow[];
  /** Classes that fit, with those not in `rows`. */
  readonly total: number;
  /** Names that come near, when nothing fits. */
  readonly near: readonly string[];
}

/** A place in the tree. */
export interface OrderSite {
  readonly file: string;
  readonly line: number;
  readonly function: string;
}

/** A class on the other side of an order, with how often single functions have it. */
export interface OrderRow {
  readonly name: string;
  readonly sites: number;
  readonly files: number;
  /** Places where single functions take the two the other way round. */
  readonly reverse: number;
  readonly first: readonly OrderSite[];
}

/** The orders of a class, most used first; `leftOut` counts those that are not in the list. */
export interface OrderList {
  readonly rows: readonly OrderRow[];
  readonly leftOut: number;
}

/** One lock class: where it is taken, what is taken below it and what is held above it. */
export interface ClassOrders {
  readonly name: string;
  readonly takers: number;
  readonly first: readonly OrderSite[];
  readonly below: OrderList;
  readonly above: OrderList;
}

/** A class that is reached from another through calls. */
export interface CalledRow {
  readonly name: string;
  /** Calls between the two, at least. */
  readonly calls: number;
  /** Where it is taken (below a class), or held (above it). */
  readonly at: OrderSite;
}

/** The orders of a class whose two ends are in different functions, nearest first. */
export interface ClassReach {
  readonly name: string;
  readonly below: readonly CalledRow[];
  readonly above: readonly CalledRow[];
  /** Candidates that were not followed. */
  readonly leftOut: { readonly below: number; readonly above: number };
  /** The search ended at a bound: there may be more. */
  readonly boundsHit: boolean;
}

/** A part of the tree that takes locks: a section of MAINTAINERS, or a folder. */
export interface AreaRow {
  readonly name: string;
  readonly kind: 'subsystem' | 'folder';
  /** Orders inside single functions. */
  readonly orders: number;
  /** Places where a lock is taken. */
  readonly takes: number;
}

/** Parts of the tree that fit, most orders first. */
export interface AreaSearch {
  readonly rows: readonly AreaRow[];
  readonly total: number;
}

/** An order of an area: `held` and `taken` are positions in `nodes`. */
export interface GraphEdge {
  readonly held: number;
  readonly taken: number;
  /** Places in single functions of the area; 0 when its ends are in different functions. */
  readonly sites: number;
  readonly files: number;
  /** Calls between its ends; 0 inside a function. */
  readonly calls: number;
  /** How the two come the other way round: in single functions anywhere, through calls in this area, or not seen. */
  readonly reverse: 'functions' | 'calls' | null;
  readonly first: OrderSite;
}

/** The lock orders inside the files of an area, most used first. */
export interface LockGraph {
  readonly area: AreaRow;
  /** Files of the area that take locks. */
  readonly files: number;
  readonly nodes: readonly string[];
  readonly edges: readonly GraphEdge[];
  /** Orders of the area that are not in `edges`. */
  readonly leftOut: number;
  /** Classes whose orders through calls were not followed. */
  readonly notFollowed: number;
}

/** Some lines of a file of the tree. */
export interface SourceLines {
  readonly path: string;
  /** Number of the first of `lines`. */
  readonly from: number;
  /** Without line ends; what is no UTF-8 is U+FFFD, and a long line is cut. */
  readonly lines: readonly string[];
  /** Lines of the whole file. */
  readonly total: number;
  /** The file is not as it was when the index was made: lines may have moved. */
  readonly changed: boolean;
}

/** What can be asked of an atlas, and what is answered. */
export interface AtlasQuestions {
  readonly search: { readonly ask: { readonly text: string; readonly limit: number }; readonly answer: ClassSearch };
  readonly orders: { readonly ask: { readonly name: string; readonly limit: number }; readonly answer: ClassOrders };
  readonly reach: { readonly ask: { readonly name: string; readonly limit: number }; readonly answer: ClassReach };
  readonly pair: { readonly ask: { readonly locks: readonly [string, string] }; readonly answer: Explanation };
  readonly areas: { readonly ask: { readonly text: string; readonly limit: number }; readonly answer: AreaSearch };
  readonly graph: { readonly ask: { readonly area: string; readonly most: number }; readonly answer: LockGraph };
  readonly source: {
    readonly ask: { readonly path: string; readonly line: number; readonly window: number };
    readonly answer: SourceLines;
  };
}

export type Question = keyof AtlasQuestions;
export type Ask<K extends Question> = AtlasQuestions[K]['ask'];
export type Answered<K extends Question> = AtlasQuestions[K]['answer'];
