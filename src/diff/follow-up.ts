import { identifiersIn } from './claim-words.ts';
import { type CodeDelta, cite, isCode, mentions, type PlacedLine } from './code-delta.ts';
import type { ComparableSeries } from './comparable.ts';
import { type DiffLine, type Found, findQuoted, linesOf } from './quoted-lines.ts';
import { type ComparableReply, type ReviewComment, readComments } from './review-comments.ts';
import { rewrittenAs } from './rewritten.ts';

/**
 * What became of the code that a reviewer commented on: `changed` (the quoted line is another now), `beside` (it stays, but
 * lines next to it or in its function changed), `unchanged`, `gone` (with its patch or file), and `taken-up` (code that only
 * the comment names came, or a function that it names changed).
 */
export type FollowUpOutcome = 'changed' | 'beside' | 'unchanged' | 'gone' | 'taken-up';

/** A reviewer's comment on the older version, and what the newer one shows of it. */
export interface FollowUp {
  readonly messageId: string | null;
  readonly by: string;
  /** The patch of the older version that the quoted line is in. */
  readonly patch: number | null;
  /** The quoted line that the comment stands below, with its mark; empty for `taken-up`. */
  readonly quoted: string;
  /** The beginning of the comment, in one line. */
  readonly comment: string;
  readonly outcome: FollowUpOutcome;
  readonly evidence: string;
}

const COMMENT = /^\s*(?:\/?\*|\/\/)/;
/** A comment is cut at so many characters. */
const LONGEST_COMMENT = 300;
/** Further comments on a version are left out. */
const MOST = 500;

/** The comments on the older version that quote its code or message, in the order of the mails. */
export function followUps(from: ComparableSeries, to: ComparableSeries, deltas: readonly CodeDelta[]): FollowUp[] {
  const about: About = { from, to, deltas, old: linesOf(deltas, 'from'), now: linesOf(deltas, 'to') };
  return (from.replies ?? [])
    .filter((reply) => !isAuthor(reply, from))
    .flatMap(readComments)
    .flatMap((comment) => follow(comment, about) ?? [])
    .slice(0, MOST);
}

interface About {
  readonly from: ComparableSeries;
  readonly to: ComparableSeries;
  readonly deltas: readonly CodeDelta[];
  readonly old: readonly DiffLine[];
  readonly now: readonly DiffLine[];
}

/** The author's own answers are no review. */
function isAuthor({ from }: ComparableReply, series: ComparableSeries): boolean {
  const people = series.patches.flatMap((patch) => patch.author ?? []);
  return people.some(
    (person) =>
      person.email.toLowerCase() === from.email.toLowerCase() ||
      (person.name !== '' && from.name.toLowerCase().startsWith(person.name.toLowerCase())),
  );
}

function follow(comment: ReviewComment, about: About): FollowUp | null {
  const found = findQuoted(comment, about.old, about.from);
  const base = {
    messageId: comment.messageId,
    by: comment.by,
    comment: shorten(comment.text.replace(/\s+/g, ' ')),
  };
  const taken = takenUp(comment, found, about);
  if (found === null) {
    if (taken === null) return null;
    return { ...base, patch: comment.patchIndex, quoted: '', outcome: 'taken-up', evidence: taken };
  }
  const judged = judge(found, about);
  const evidence = judged.outcome === 'unchanged' && taken !== null ? `the line stays; ${taken}` : judged.evidence;
  const outcome = judged.outcome === 'unchanged' && taken !== null ? 'taken-up' : judged.outcome;
  return { ...base, patch: found.patch, quoted: found.text, outcome, evidence };
}

/** Code that a comment names and the newer version adds, or a function that it names and the newer version changes. */
function takenUp(comment: ReviewComment, found: Found | null, { old, now, to, deltas }: About): string | null {
  const own = comment.text.replace(/https?:\/\/\S{1,500}/g, '');
  const names = identifiersIn(own.slice(0, 4000)).slice(0, 40);
  for (const name of names) {
    if (name.length < 4 || old.some((line) => mentions(line, name))) continue;
    const line = now.find((l) => l.kind === '+' && !COMMENT.test(l.text) && mentions(l, name));
    if (line) return `${line.patch}/${to.patches.length} has it: ${show(line)}`;
  }
  // A discussion names many functions; only below quoted code is a name a hint where to look.
  for (const name of found === null ? [] : names.filter((n) => n !== found.line?.inside)) {
    for (const delta of deltas) {
      const line = delta.appeared.find((l) => isCode(l) && l.inside === name);
      if (line) return cite(delta, line, to.patches.length);
    }
  }
  return null;
}

function judge(found: Found, about: About): Pick<FollowUp, 'outcome' | 'evidence'> {
  const { to, deltas } = about;
  const version = `v${to.version}`;
  const delta = deltas.find(({ pair }) => pair.from?.patch.index === found.patch);
  const partner = delta && (delta.pair.to?.patch.index ?? rewrittenAs(delta, deltas));
  if (found.line === null) {
    const patch = to.patches.find((p) => p.index === partner);
    if (!patch) return { outcome: 'gone', evidence: `${version} has no such patch` };
    const stays = fold(`${patch.title}\n${patch.message}`).includes(fold(found.text));
    return stays
      ? { outcome: 'unchanged', evidence: `the message of ${partner}/${to.patches.length} still says so` }
      : { outcome: 'changed', evidence: `the message of ${partner}/${to.patches.length} no longer says so` };
  }
  const { line } = found;
  const same = about.now.filter((l) => sameLine(l, line));
  // Of like lines (`unlock(a);`) the one in the same function counts, as long as the newer version shows that function.
  const placed = line.inside !== null && about.now.some((l) => l.patch === partner && l.inside === line.inside);
  const there = same.find((l) => l.patch === partner && (!placed || l.inside === line.inside));
  if (there) return besideOr(line, there, about);
  // A function that the patch renames takes its lines along; a line that other patches have has moved.
  const elsewhere = same.find((l) => l.file === line.file && l.patch !== partner);
  if (elsewhere && line.kind !== ' ')
    return { outcome: 'unchanged', evidence: `now in ${elsewhere.patch}/${to.patches.length}` };
  if (line.kind === ' ' && delta?.pair.to?.files.some((f) => f.newPath === line.file || f.oldPath === line.file))
    return besideOr(line, null, about);
  const inFile = about.now.filter((l) => l.file === line.file);
  if (inFile.length === 0) {
    const moved = nearest(line, about.now, 0.6);
    return moved
      ? { outcome: 'changed', evidence: `now ${moved.file}: ${show(moved)}` }
      : { outcome: 'gone', evidence: `${version} does not touch ${line.file}` };
  }
  const successor = nearest(line, inFile);
  return {
    outcome: 'changed',
    evidence: successor
      ? `now ${show(successor)}`
      : line.inside === null
        ? `the line is no longer in ${version}`
        : `no longer in ${line.inside}()`,
  };
}

/** The line stays (`there`, or as context that is no longer shown): what changed next to it, if anything did. */
function besideOr(line: DiffLine, there: DiffLine | null, about: About): Pick<FollowUp, 'outcome' | 'evidence'> {
  const near = (l: PlacedLine): boolean =>
    isCode(l) &&
    l.file === line.file &&
    (line.inside === null ? l.inside === null && alike(l.text, line.text) > 0.4 : l.inside === line.inside);
  const all = about.deltas.flatMap((delta) =>
    delta.pair.from?.patch.index === line.patch || (there && delta.pair.to?.patch.index === there.patch) ? delta : [],
  );
  const where = line.inside === null ? line.file : `${line.inside}()`;
  const came = closest(all.flatMap((d) => d.appeared).filter(near), there, about.now);
  const went = closest(all.flatMap((d) => d.vanished).filter(near), line, about.old);
  const changed = came ?? went;
  if (changed === null) return { outcome: 'unchanged', evidence: `the same in v${about.to.version}` };
  return {
    outcome: 'beside',
    evidence: `the line stays; ${came ? 'new' : 'gone'} in ${where}: ${fold(changed.text).slice(0, 120)}`,
  };
}

/** Of some lines of a version the one that stands closest to a place in it. */
function closest(lines: readonly PlacedLine[], place: DiffLine | null, all: readonly DiffLine[]): PlacedLine | null {
  const at = place === null ? -1 : all.indexOf(place);
  let best: PlacedLine | null = lines[0] ?? null;
  let least = Number.POSITIVE_INFINITY;
  if (at < 0) return best;
  for (const line of lines.slice(0, 200)) {
    const found = all.findIndex((l) => l.file === line.file && l.inside === line.inside && l.text === line.text);
    const distance = found < 0 ? Number.POSITIVE_INFINITY : Math.abs(found - at);
    if (distance < least) [best, least] = [line, distance];
  }
  return best;
}

/** What stands in the place of a line: the most alike of the same kind in its file. */
function nearest(line: DiffLine, candidates: readonly DiffLine[], least = 0.45): DiffLine | null {
  let best: DiffLine | null = null;
  let most = least;
  for (const candidate of candidates) {
    if (candidate.kind !== line.kind || sameLine(candidate, line)) continue;
    const likeness = alike(candidate.text, line.text) + (candidate.inside === line.inside ? 0.05 : 0);
    if (likeness > most) [best, most] = [candidate, likeness];
  }
  return best;
}

const sameLine = (a: DiffLine, b: DiffLine): boolean => a.kind === b.kind && fold(a.text) === fold(b.text);
const fold = (text: string): string => text.replace(/\s+/g, ' ').trim();
const show = (line: DiffLine): string => `${line.kind}${fold(line.text).slice(0, 120)}`;

function shorten(text: string): string {
  return text.length > LONGEST_COMMENT ? `${text.slice(0, LONGEST_COMMENT - 1)}…` : text;
}

/** How much of the words of two lines is common, 0 to 1; the parts of `a_long_name` are words. */
function alike(a: string, b: string): number {
  const words = (text: string) => text.slice(0, 400).match(/[A-Za-z0-9]+/g) ?? [];
  const [left, right] = [words(a), words(b)];
  const counts = new Map<string, number>();
  for (const word of left) counts.set(word, (counts.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of right) {
    const count = counts.get(word) ?? 0;
    if (count === 0) continue;
    counts.set(word, count - 1);
    common++;
  }
  return left.length + right.length === 0 ? 0 : (2 * common) / (left.length + right.length);
}
