import type { ChangelogBullet } from './series.ts';

const MARK = /^(\s*)(?:[-*+•·–o](?=\s)|\(?\d{1,2}[.)](?=\s)|[-*](?=[A-Za-z`]))\s*/;
/** Lines that end a changelog: trailers, links, the shortlog of a cover letter, b4's footer, a signature, a diagram's rule. */
const END =
  /^(?:(?:[A-Za-z-]+-by|Fixes|Closes|Link|Cc|base-commit|change-id|prerequisite-[a-z-]+|Best regards|Thanks|Regards)\b[:,]|To: |Cc: |-- ?$|---|diff --git |\S.{0,80} \(\d{1,4}\):$|={5,}$|~{5,}$)/;
const LINK_ONLY =
  /^(?:\[?\d*\]?\s*)?(?:link(?:s)?(?: to)?\s*(?:v\d+|rfc)?\s*:?\s*)?(?:\[?v?\d*\]?:?\s*)?<?https?:\/\/\S+$/i;

/** `v3: <url>`, `Link to v3: <url>` and `[1] <url>` among the bullets. */
const VERSION_LINK = /^\s*(?:[-*+]\s)?(?:(?:links?(?: to)?\s)?\[?v\d{1,3}\]?\s?:|\[\d{1,2}\]:?)\s*<?https?:\/\/\S+$/i;
const UNDERLINE = /^\s*(?:-{3,}|={3,}|~{3,})\s*$/;
/** A subheading between bullets, when the headings are underlined: `Material:`. */
const SUBHEADING = /^\S.{0,60}:$/;

/**
 * Reads the bullets below a changelog heading: each marked line with the lines wrapped below it is one text; nested
 * bullets are bullets of their own and inherit the patch their parent names. Text without marks is one bullet a paragraph.
 */
export function bulletsOf(lines: readonly string[], headingIndent: number, patch: number | null): ChangelogBullet[] {
  const bullets: { text: string; patch: number | null; indent: number; marked: boolean }[] = [];
  let blank = false;
  let paragraphs = 0;
  const structured = UNDERLINE.test(lines[0] ?? '');
  for (const raw of structured ? lines.slice(1) : lines) {
    const line = raw.replaceAll('\t', '        ').trimEnd();
    if (line === '') {
      blank = true;
      continue;
    }
    const mark = MARK.exec(line);
    const indent = mark ? mark[1]!.length : line.length - line.trimStart().length;
    if (END.test(line)) break;
    if (VERSION_LINK.test(line)) {
      blank = false;
      continue;
    }
    const last = bullets.at(-1);
    if (mark) {
      // A list at the left margin that follows a paragraph of text is not ours any more.
      const parent = [...bullets].reverse().find((b) => b.marked && b.indent < indent);
      const text = line.slice(mark[0].length).trim();
      bullets.push({ text, patch: patchNamed(text) ?? parent?.patch ?? patch, indent, marked: true });
    } else if (last === undefined) {
      if (blank && indent <= headingIndent && paragraphs > 0) break;
      paragraphs++;
      bullets.push({ text: line.trim(), patch: patchNamed(line.trim()) ?? patch, indent, marked: false });
    } else if (!blank) last.text += ` ${line.trim()}`;
    else if (last.marked && indent > last.indent) last.text += ` ${line.trim()}`;
    else if (indent > headingIndent && !last.marked)
      bullets.push({ text: line.trim(), patch: patchNamed(line.trim()) ?? patch, indent, marked: false });
    else if (/^\s*(?:patch|\[?patch)\s?#?\d{1,3}(?:\/\d{1,3})?\]?\s?(?:\([^()]{0,80}\))?:$/i.test(line))
      bullets.push({ text: line.trim(), patch: patchNamed(line.trim()), indent: indent - 1, marked: true });
    else if (structured && SUBHEADING.test(line))
      bullets.push({ text: line.trim(), patch, indent: indent - 1, marked: false });
    else break;
    blank = false;
  }
  const hasChild = (i: number) => {
    const [bullet, next] = [bullets[i]!, bullets[i + 1]];
    return (
      bullet.text.endsWith(':') &&
      next !== undefined &&
      (next.indent > bullet.indent || (next.marked && !bullet.marked))
    );
  };
  return bullets
    .filter((b, i) => !hasChild(i) && b.text !== '' && !LINK_ONLY.test(b.text))
    .map(({ text, patch: of }) => ({ text, patch: of }));
}

/** The patch a claim speaks of: `Patch 2/2: …`, `NEW patch 2/2`, `[1/2] …`, `In patch 3, …`, `2/5: …`, `#3: …`. */
export function patchNamed(text: string): number | null {
  const m =
    /^(?:(?:\[?new\]?|add(?:ed)?|drop(?:ped)?|in|for|to|the|a|update[ds]?|fix(?:ed)?)[ ,:]{1,3}){0,3}\[?\(?patch(?:es)?[ -]{0,2}#?(\d{1,3})(?:\/\d{1,3})?\b(?!\s?[-–&,]\s?#?\d|\sand\s\d)/i.exec(
      text,
    ) ??
    /^[[(]?(?:patch )?(\d{1,3})\/\d{1,3}[\])]?(?=[\s:,-]|$)/i.exec(text) ??
    /^#(\d{1,3})\b/.exec(text) ??
    /\(patch(?:es)? #?(\d{1,3})(?:\/\d{1,3})?\)[.;]?$/i.exec(text);
  return m ? Number(m[1]) : null;
}
