import type { Finding, Review } from '../review/index.ts';
import { clean } from './clean.ts';
import { placesOf } from './location.ts';
import { partOf } from './part-of-patch.ts';
import { quotedFinding } from './quoted-finding.ts';
import { many, VERDICT } from './words.ts';

/** What `GET /api/patchset?id=<message-id>` of a sashiko server answers, as far as b4 reads it (b4's src/b4/review). */
export interface Patchset {
  readonly id: number;
  readonly message_id: string;
  readonly subject: string;
  readonly status: 'Pending' | 'Reviewed' | 'Incomplete' | 'Failed' | 'Failed To Apply';
  readonly patches: readonly { readonly id: number; readonly message_id: string; readonly subject: string }[];
  readonly reviews: readonly PatchReview[];
}

/** The review of one patch; `output` is JSON text. */
export interface PatchReview {
  readonly id: number;
  readonly patch_id: number;
  readonly status: 'Reviewed';
  readonly result: string;
  readonly output: string;
  /** The patch quoted as in a reply, with the remark below the line it is about; empty when there is none. */
  readonly inline_review: string;
}

type Severity = 'High' | 'Medium' | 'Low';
/** b4 fails a check for High and warns for Medium. */
const SEVERITY: Readonly<Record<Finding['verdict'], Severity>> = {
  introduced: 'High',
  'new-path': 'Medium',
  transient: 'Medium',
  narrowed: 'Low',
  fixed: 'Low',
  gated: 'Low',
  'pre-existing': 'Low',
};

/** Patches have numbers of their own there: those of a patchset follow its id. A series has fewer patches than this. */
const ROOM = 1000;

/**
 * A review in the shape that b4 asks a sashiko server for (`b4.sashiko-url`), so that findings stand inline in `b4 review`.
 *
 * @param id a positive number that no other review of this server has; b4 notices a new review by it.
 * @example
 * return c.json(renderSashiko(review, 17));
 */
export function renderSashiko(review: Review, id: number): Patchset {
  const { series, findings, base } = review;
  const reported = findings.filter((finding) => finding.reported && finding.verdict !== 'pre-existing');
  const failed = base.applied.some((hunk) => hunk.outcome === 'failed');
  return {
    id,
    message_id: series.messageId,
    subject: clean(series.title),
    status: failed ? 'Failed To Apply' : series.complete ? 'Reviewed' : 'Incomplete',
    patches: series.patches.map((patch) => ({
      id: id * ROOM + patch.index,
      message_id: patch.messageId,
      subject: clean(patch.title),
    })),
    reviews: series.patches.map((patch) => {
      const about = reported.filter((finding) => ownerOf(finding) === patch.index);
      return {
        id: id * ROOM + patch.index,
        patch_id: id * ROOM + patch.index,
        status: 'Reviewed',
        result: about.length === 0 ? 'Nothing found in what could be seen.' : many(about.length, 'finding'),
        output: JSON.stringify({ findings: about.map((finding) => findingOf(finding, patch)) }),
        inline_review: about.flatMap((finding) => quotedFinding(finding)).join('\n'),
      };
    }),
  };
}

/** A finding stands at one patch only, so that b4 does not count it twice. */
function ownerOf(finding: Finding): number {
  return finding.introducedBy ?? finding.fixedBy ?? finding.perPatch.find((p) => partOf(finding, p.patch))?.patch ?? 1;
}

function findingOf(finding: Finding, patch: Review['series']['patches'][number]): object {
  const places = finding.paths.slice(0, 2).flatMap(placesOf);
  return {
    severity: SEVERITY[finding.verdict],
    problem: clean(finding.summary, 2000),
    severity_explanation: VERDICT[finding.verdict],
    preexisting: false,
    locations: places
      .filter(({ file }) => patch.files.includes(file))
      .map(({ file, line }) => ({ file_name: clean(file), line_number: line })),
  };
}
