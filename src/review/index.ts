/**
 * The story of a review: series, tree and rules go in, one `Review` value comes out. It is the only room that knows the
 * whole order of steps, and it does not know how a review is shown.
 */
export type { AnswerStore, RememberedAnswer } from './answer-store.ts';
export { type Atlas, type AtlasReady, type AtlasRequest, type AtlasState, openAtlas } from './atlas.ts';
export type {
  AreaRow,
  AreaSearch,
  AtlasCoverage,
  AtlasIdentity,
  CalledRow,
  ClassOrders,
  ClassReach,
  ClassRow,
  ClassSearch,
  GraphEdge,
  LockGraph,
  OrderList,
  OrderRow,
  OrderSite,
  SourceLines,
} from './atlas-answers.ts';
export { drawDiagram } from './diagram.ts';
export { runCompare, runExplain, runIndex, runReview, runRulesCheck } from './engine.ts';
export { reviewJsonSchema } from './json-schema.ts';
export { type Correspondent, type Letter, lettersOf } from './letters.ts';
export type {
  CompareRequest,
  Engine,
  ExplainRequest,
  FetchedInput,
  IndexRequest,
  IndexSummary,
  InputRequest,
  ProgressEvent,
  ReviewRequest,
  RulesCheckRequest,
  RulesRequest,
  RulesSummary,
  TreeRequest,
} from './request.ts';
export type {
  Answer,
  ChainStep,
  CheckedClaim,
  CompareResult,
  Comparison,
  Coverage,
  Explanation,
  Finding,
  FindingKind,
  HunkOutcome,
  LockSite,
  PatchEffect,
  QuotedHunk,
  Review,
  ReviewBase,
  ReviewedLineage,
  ReviewedSeries,
  ReviewFollowUp,
  SeriesPatch,
  Statistics,
  Unlisted,
  Verdict,
  WitnessPath,
} from './review.ts';
export { compareResultSchema, explanationSchema, reviewSchema } from './review.ts';
