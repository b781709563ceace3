import { bulletsOf } from './changelog-bullets.ts';
import type { ChangelogSection } from './series.ts';

const V = String.raw`(?:(?:rfc|patch)[ -]?)?v\.?(\d{1,3}(?:\.\d{1,2})?)`;
const TAIL = String.raw`(?:\s{0,4}(?:\([^()]{0,120}\)|\[[^\][]{0,120}\])){0,2}\s{0,4}(?:[:：]|,\s.{0,80})?\s{0,4}$`;
const BULLET = String.raw`^\s{0,12}(?:[-*+•#]\s{1,4}|={1,6}\s{0,4})?`;

/** What a heading line says: since which version, or what came with which version. */
interface Heading {
  readonly since: number | 'rfc' | null;
  readonly version: number | null;
  /** Text behind the heading on the same line (`v3: fix the leak`). */
  readonly inline: string;
  /** `Changelog:` alone: sections may follow under it. */
  readonly container: boolean;
}

const FORMS: readonly [RegExp, (m: RegExpExecArray) => Omit<Heading, 'inline' | 'container'>][] = [
  // `v2 -> v3:`, `V1->V2`, `Changes v1..v2`, `Changes from v1 to v2:`, `RFC -> v1`
  [
    new RegExp(
      `${BULLET}(?:change(?:s|log|\\slog)?(?:\\sfrom|\\sbetween|\\sin)?:?\\s{1,3})?(?:${V}|rfc)\\s{0,3}(?:-{1,3}>|=+>|→|\\.{2,3}|to|and)\\s{0,3}${V}(?:\\schanges)?${TAIL}`,
      'i',
    ),
    (m) => ({ since: m[1] === undefined ? 'rfc' : Number(m[1]), version: Number(m[2]) }),
  ],
  // `Changes since v10 (Mar 18):`, `Changelog from v2`, `Changes compared to v4`, `Changes since RFC:`, `Since v2:`
  [
    new RegExp(
      `${BULLET}(?:(?:main |major |notable |the )?(?:change(?:s|log|\\slog)?|differences?|updates?|diff|delta)(?:\\smade)?\\s)?(?:since|from|over|vs\\.?|against|compared (?:to|with)|relative to|after)(?: the)?(?: last| previous)?(?: version,?| posting,?)?\\s{1,3}(?:${V}|rfc)(?:\\s(?:of|patch|series|version|posting).{0,40})?${TAIL}`,
      'i',
    ),
    (m) => ({ since: m[1] === undefined ? 'rfc' : Number(m[1]), version: null }),
  ],
  // `Changes in v2 (all based on review):`, `Changes for v3`, `New in v2:`, `Changelog v2:`, `In v3:`
  [
    new RegExp(
      `${BULLET}(?:(?:main |major |notable |the )?(?:change(?:s|d|log|\\slog)?|what's new|new|updates?|modifications?)\\s)?(?:in|for|with|of|at)(?: patch| version)?\\s{1,3}${V}${TAIL}`,
      'i',
    ),
    (m) => ({ since: null, version: Number(m[1]) }),
  ],
  [
    new RegExp(`${BULLET}(?:change(?:s|log|\\slog)?|updates?):?\\s{1,3}${V}${TAIL}`, 'i'),
    (m) => ({ since: null, version: Number(m[1]) }),
  ],
  // `v3:`, `- v3:`, `[v3]`, `V3 changes:`, `version 2:`
  [
    new RegExp(
      `${BULLET}\\[?(?:version\\s(\\d{1,3})|${V})\\]?(?:\\s(?:changes|updates?|changelog))?\\s{0,4}(?:\\([^()]{0,120}\\)\\s{0,3})?[:：]?\\s{0,4}$`,
      'i',
    ),
    (m) => ({ since: null, version: Number(m[1] ?? m[2]) }),
  ],
];
/** `No functional changes since v3.` is a heading and its own claim. */
const NO_CHANGE = new RegExp(
  String.raw`^ ?no (?:\w{1,20} ){0,2}changes?(?: made)? (?:since|from|compared to|vs\.?|in|for)\s${V}[\s.,;]{0,4}$`,
  'i',
);
/** `v3: <url>`: the link to a version stands where its changes follow. */
const LINKED = new RegExp(String.raw`${BULLET}\[?${V}\]?\s?:?\s{0,4}<?https?://\S{1,400}\s{0,4}$`, 'i');
/** `v3: text`, `V2: - text`, `v2 - text`; the text is the first bullet. */
const INLINE = new RegExp(`${BULLET}\\[?${V}\\]?(?:\\s\\([^()]{0,60}\\))?\\s{0,3}(?::|\\s-|\\s–)\\s{1,4}(\\S.*)$`, 'i');
const CONTAINER =
  /^\s{0,8}(?:[-*=]\s{0,3})?(?:change[ -]?log|changes|change history|revision history|version history|history|patch history|version changes)(?:\s\([^()]{0,60}\))?\s{0,4}[:：]?\s{0,4}(?:-{3,}|={3,})?$/i;

/** No form matches a line without one of these: most lines are done with one look. */
const TELLING = /v\.?\d|rfc|version|change|history/i;

function readHeading(line: string): Heading | null {
  if (line.length > 240 || !TELLING.test(line) || /^\s{0,8}>/.test(line)) return null;
  for (const [form, read] of FORMS) {
    const m = form.exec(line);
    if (m) return { ...read(m), inline: '', container: false };
  }
  const same = /^ ?no /i.test(line) ? NO_CHANGE.exec(line) : null;
  if (same) {
    const inVersion = /\s(?:in|for)\s\S+\s*$/i.test(line);
    return {
      since: inVersion ? null : Number(same[1]),
      version: inVersion ? Number(same[1]) : null,
      inline: line.trim(),
      container: false,
    };
  }
  const linked = /https?:/i.test(line) ? LINKED.exec(line) : null;
  if (linked) return { since: null, version: Number(linked[1]), inline: '', container: false };
  const inline = INLINE.exec(line);
  if (inline && !/^(?:https?:\/\/|<)/.test(inline[2]!)) {
    return { since: null, version: Number(inline[1]), inline: inline[2]!, container: false };
  }
  return CONTAINER.test(line) ? { since: null, version: null, inline: '', container: true } : null;
}

/**
 * Reads the changelogs of a cover letter or of the notes of a patch.
 *
 * `Changes in v3` compares v3 with v2; `Changes since v2` of a series leads to the next higher version that has a
 * section of its own, or to `own`, the version of the series itself.
 *
 * @param patch number of the patch under whose `---` the text stood, or null for a cover letter.
 * @example
 * readChangelog('Changes since v1 (Mar 18):\n - Patch 2/2: fix\n   the leak\n', 2, null);
 * // [{ heading: 'Changes since v1 (Mar 18):', since: 1, version: 2, bullets: [{ text: 'Patch 2/2: fix the leak', patch: 2 }] }]
 */
export function readChangelog(text: string, own: number, patch: number | null): ChangelogSection[] {
  const lines = text.split('\n');
  const heads = lines.flatMap((line, at) => {
    const heading = readHeading(line);
    return heading ? [{ at, heading }] : [];
  });
  const sections = heads.flatMap(({ at, heading }, i) => {
    const end = heads[i + 1]?.at ?? lines.length;
    const indent = /^\s*/.exec(lines[at]!)![0].length;
    const bullets = bulletsOf(
      heading.inline ? [heading.inline, ...lines.slice(at + 1, end)] : lines.slice(at + 1, end),
      indent,
      patch,
    );
    // `v2:` in running text with nothing under it is no changelog, and neither is a link.
    if (bullets.length === 0) return [];
    return [{ heading: lines[at]!.trim(), since: heading.since, version: heading.version, bullets, patch }];
  });
  return withVersions(sections, own);
}

interface Section extends Omit<ChangelogSection, 'since'> {
  readonly since: number | 'rfc' | null;
}

/** Fills in the version that a section leaves open. */
function withVersions(sections: readonly Section[], own: number): ChangelogSection[] {
  const named = sections.flatMap((s) => (s.version === null && typeof s.since === 'number' ? [s.since] : []));
  // `Changes from v2` in v2 itself: the author means what came with v2.
  const shifted = named.length > 0 && Math.max(...named) === own;
  return sections.map((section) => {
    const { since, version } = section;
    if (version !== null)
      return { ...section, since: since === null ? before(version) : since === 'rfc' ? null : since };
    if (since === 'rfc') return { ...section, since: null, version: own };
    if (since === null) return { ...section, since: before(own), version: own };
    if (shifted) return { ...section, since: before(since), version: since };
    const later = named.filter((n) => n > since && n < own);
    return { ...section, since, version: later.length > 0 ? Math.min(...later) : own > since ? own : null };
  });
}

/** The version that came before; nothing came before v1. */
function before(version: number): number | null {
  return version > 1 ? Math.ceil(version) - 1 : null;
}
