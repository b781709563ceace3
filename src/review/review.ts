import { z } from 'zod';

// The schema of the one value that everything prints. Nothing is optional: what is not there is null or an empty list,
// so that the same inputs always give the same bytes. Objects are strict, so that a field that is not published here
// cannot slip out unnoticed.

const count = z.number().int().nonnegative();
const patchIndex = z.number().int().positive().describe('1-based index of a patch of the series');
const lines = z.array(z.string()).readonly();

/** What went wrong, in the field's words. */
export const findingKind = z.enum([
  'abba',
  'self-deadlock',
  'missing-unlock',
  'double-unlock',
  'unlock-not-held',
  'irq-inversion',
  'sleep-in-atomic',
  'wait-under-lock',
  'forbidden-call',
]);

/** What the series does to a cycle of lock classes, told by comparing the tree before it with the tree after each patch. */
export const verdict = z.enum(['introduced', 'new-path', 'fixed', 'narrowed', 'transient', 'gated', 'pre-existing']);

/** One frame of a call chain, read like a backtrace from the outside in. */
export const chainStep = z.strictObject({
  function: z.string(),
  file: z.string().describe('path of the file that defines the function, from the root of the tree'),
  line: count.describe('1-based line inside the function where the chain goes on; 0 when it is not known'),
  via: z.enum(['entry', 'call', 'slot', 'callback']).describe('how this function was reached from the one before'),
  slot: z.string().nullable().describe('struct.field through which it was called, for slot and callback'),
});

/** One call that takes a lock or waits for one, made by a function of the chain. */
export const lockSite = z.strictObject({
  step: count.describe('0-based index into chain of the function that makes the call'),
  call: z.string().describe('the call as the source spells it: device_lock, or mutex_lock(&x->lock)'),
  file: z.string(),
  line: count,
});

/** Half of a proof: a call chain on which one lock is held and another is then waited for. */
export const witnessPath = z.strictObject({
  holds: z.string().describe('lock class that is held'),
  waits: z.string().describe('lock class that is then waited for; for one-lock kinds what goes wrong'),
  chain: z.array(chainStep).readonly(),
  acquire: lockSite.nullable().describe('where the held lock was taken; null when it is held on entry'),
  wait: lockSite.nullable().describe('the call that waits; null when the last step of chain is itself that call'),
  condition: z.string().nullable().describe('architecture, #if arm or configuration under which the path exists'),
  instance: z.enum(['same', 'related', 'unknown']).describe("how this path's objects relate to those of the others"),
  assumptions: lines,
});

const sites = z.strictObject({ sites: count, files: count });

/** How often the tree takes the two locks in either order, and what the series leaves of the inverted one. */
export const statistics = z.strictObject({
  forward: sites.describe('locks[0] held, locks[1] then taken'),
  reverse: sites.describe('locks[1] held, locks[0] then taken'),
  remaining: count.describe('inverting paths that exist after the series'),
  closed: count.describe('inverting paths that the series removes'),
});

/** What one patch of the series does to a finding. */
export const patchEffect = z.strictObject({
  patch: patchIndex,
  verdict,
  added: count,
  closed: count,
  remaining: count,
});

/** Something a person wrote about a finding, on the list or in the cover letter. */
export const answer = z.strictObject({
  messageId: z.string(),
  by: z.string(),
  quote: z.string(),
  verdict: z
    .enum(['false-alarm', 'known', 'fixed-elsewhere'])
    .nullable()
    .describe('what the answer decides; null when it only speaks of the finding. It changes nothing but what is shown'),
});

/** The few lines of the series that make a finding, to be quoted in an answer to it. */
export const quotedHunk = z.strictObject({
  patch: patchIndex,
  file: z.string().describe('path of the file after the patch, from the root of the tree'),
  header: z.string().describe('the @@ line of the hunk that they are cut from'),
  line: count.describe('1-based line of the one that counts in the new file, by the hunk header; 0 when it is removed'),
  lines: lines.describe('with their marks: blank, - and +'),
});

/** One cycle of lock classes (or one lock in one function), with the paths that prove it. */
export const finding = z.strictObject({
  fingerprint: z.string().describe('kind and sorted lock classes; does not move with line numbers'),
  kind: findingKind,
  verdict,
  reported: z.boolean().describe('above the reporting threshold; only these decide the exit code'),
  locks: lines,
  introducedBy: patchIndex.nullable(),
  fixedBy: patchIndex.nullable(),
  perPatch: z.array(patchEffect).readonly(),
  answered: z.array(answer).readonly(),
  paths: z.array(witnessPath).readonly(),
  remaining: z.array(witnessPath).readonly().describe('the shortest of the paths that stay, cheapest first'),
  statistics,
  confidence: z.number().min(0).max(1),
  summary: z.string().describe('one sentence'),
  notes: lines,
  quote: quotedHunk.nullable().describe('null when no patch of the series introduces it'),
  diagram: z.string().describe('two-CPU text, at most 78 columns; empty when the kind has none'),
});

/** `v2.1` is a version that people send. */
const versionNumber = z.number().nonnegative().describe('version of the series; 1 when its subjects name none');
const person = z.strictObject({ name: z.string(), email: z.string() });

export const seriesPatch = z.strictObject({
  index: patchIndex,
  title: z.string(),
  messageId: z.string(),
  patchId: z.string().nullable().describe('as `git patch-id --stable` prints it; null for a mail without a diff'),
  files: lines,
  trailers: z.array(z.strictObject({ key: z.string(), value: z.string() })).readonly(),
});

/** A `Reviewed-by:` and the like in a reply: for one patch, or for all when it was given to the cover letter. */
export const givenTag = z.strictObject({
  patch: patchIndex.nullable(),
  key: z.string(),
  value: z.string(),
  messageId: z.string(),
});

/** The patch series under review. */
export const reviewedSeries = z.strictObject({
  title: z.string(),
  version: versionNumber,
  author: person,
  messageId: z.string().describe('of the cover letter, or of the first patch'),
  total: count,
  complete: z.boolean(),
  subsystems: lines.describe('sections of MAINTAINERS that its files belong to, best first; empty without a tree'),
  patches: z.array(seriesPatch).readonly(),
  given: z.array(givenTag).readonly().describe('tags that people gave in replies to this version'),
});

/** All versions of one series, oldest first, with what links them. */
export const reviewedLineage = z.strictObject({
  versions: z
    .array(
      z.strictObject({
        version: versionNumber,
        messageId: z.string(),
        title: z.string(),
        date: z.string().nullable().describe('ISO 8601, from the mail'),
        evidence: lines,
      }),
    )
    .readonly(),
});

/** How one hunk met the tree. */
export const hunkOutcome = z.strictObject({
  patch: patchIndex,
  file: z.string(),
  hunk: z.number().int().positive(),
  outcome: z.enum(['exact', 'offset', 'fuzz', 'failed']),
  offset: z.number().int(),
  fuzz: count,
});

/** The tree the series was read against; `how: none` is diff-only mode. */
export const reviewBase = z.strictObject({
  revision: z.string().nullable(),
  how: z.enum(['base-commit', 'blob-ids', 'named', 'given', 'none']),
  applied: z.array(hunkOutcome).readonly(),
});

const versionRef = z.strictObject({ version: versionNumber, messageId: z.string() });

/** One sentence of a changelog, and whether the diff bears it out. */
export const checkedClaim = z.strictObject({
  text: z.string(),
  patch: patchIndex.nullable(),
  verdict: z.enum(['supported', 'contradicted', 'not-visible']),
  evidence: z.string(),
});

/** What a reviewer wrote below code of the older version, and whether the newer one changed that code. */
export const reviewFollowUp = z.strictObject({
  messageId: z.string().describe('of the mail with the comment'),
  by: z.string(),
  patch: patchIndex.nullable().describe('patch of the older version'),
  quoted: z.string().describe('the quoted line above the comment, with its mark; empty when it quotes no code'),
  comment: z.string().describe('how the comment begins, in one line'),
  outcome: z
    .enum(['changed', 'beside', 'unchanged', 'gone', 'taken-up'])
    .describe(
      'of the quoted line; beside: it stays, but its function changed; taken-up: code the comment names came or changed',
    ),
  evidence: z.string(),
});

/** What really changed between two versions of the series. */
export const comparison = z.strictObject({
  from: versionRef,
  to: versionRef,
  patches: z
    .array(
      z.strictObject({
        from: patchIndex.nullable(),
        to: patchIndex.nullable(),
        status: z.enum(['unchanged', 'rebased', 'changed', 'new', 'dropped']),
        summary: z.string(),
      }),
    )
    .readonly(),
  claims: z.array(checkedClaim).readonly(),
  unmentioned: lines,
  followUp: z.array(reviewFollowUp).readonly().describe('comments on the older version that quote its code'),
  lockDelta: lines,
  rangeDiff: z.string().describe('as git range-diff prints it'),
});

/** What was looked at and what could not be seen; "nothing found" without it is a lie. */
export const coverage = z.strictObject({
  mode: z.enum(['tree', 'diff-only']),
  files: count.describe('files whose facts were in reach'),
  functions: count,
  unresolvedCalls: count,
  unknownLocks: count,
  unparsed: lines,
  boundsHit: lines,
  notes: lines,
});

/** Findings that exist and are not in `findings`: the reader is told how many. */
export const unlisted = z.strictObject({ preExisting: count, gated: count, belowThreshold: count, suppressed: count });

/**
 * Schema of `abbot.review/1`; `schema/review.schema.json` is made from it.
 *
 * @example
 * const review = reviewSchema.parse(JSON.parse(text));
 */
export const reviewSchema = z.strictObject({
  schema: z.literal('abbot.review/1'),
  run: z.string().describe('hash of the inputs: patch-ids, base, rules, program version'),
  program: z.strictObject({ version: z.string(), rules: z.string().describe('hash of the rules') }),
  series: reviewedSeries,
  lineage: reviewedLineage,
  base: reviewBase,
  findings: z.array(finding).readonly(),
  unlisted,
  comparison: comparison.nullable().describe('null when there is no earlier version at hand'),
  coverage,
});

/** What `abbot explain A B --format json` prints: every path found for a pair of locks, in both directions. */
export const explanationSchema = z.strictObject({
  locks: z.tuple([z.string(), z.string()]),
  forward: z.array(witnessPath).readonly().describe('locks[0] held, locks[1] then waited for'),
  reverse: z.array(witnessPath).readonly().describe('locks[1] held, locks[0] then waited for'),
  statistics: z.strictObject({ forward: sites, reverse: sites }),
  coverage,
});

/** What `abbot compare … --format json` prints; `comparison` is null when the input holds one version only. */
export const compareResultSchema = z.strictObject({ lineage: reviewedLineage, comparison: comparison.nullable() });

export type Review = z.infer<typeof reviewSchema>;
export type Finding = z.infer<typeof finding>;
export type FindingKind = z.infer<typeof findingKind>;
export type Verdict = z.infer<typeof verdict>;
export type WitnessPath = z.infer<typeof witnessPath>;
export type ChainStep = z.infer<typeof chainStep>;
export type LockSite = z.infer<typeof lockSite>;
export type Statistics = z.infer<typeof statistics>;
export type PatchEffect = z.infer<typeof patchEffect>;
export type QuotedHunk = z.infer<typeof quotedHunk>;
export type Answer = z.infer<typeof answer>;
export type ReviewedSeries = z.infer<typeof reviewedSeries>;
export type SeriesPatch = z.infer<typeof seriesPatch>;
export type ReviewedLineage = z.infer<typeof reviewedLineage>;
export type ReviewBase = z.infer<typeof reviewBase>;
export type HunkOutcome = z.infer<typeof hunkOutcome>;
export type Comparison = z.infer<typeof comparison>;
export type CheckedClaim = z.infer<typeof checkedClaim>;
export type ReviewFollowUp = z.infer<typeof reviewFollowUp>;
export type Coverage = z.infer<typeof coverage>;
export type Unlisted = z.infer<typeof unlisted>;
export type Explanation = z.infer<typeof explanationSchema>;
export type CompareResult = z.infer<typeof compareResultSchema>;
