/** What the subject of a mail says. */
export interface Subject {
  /** The title without tags and reply prefixes. */
  readonly title: string;
  /** It answers or forwards another mail (`Re:`, `AW:`, `回复:`, `Fwd:`). */
  readonly reply: boolean;
  /** A tag says PATCH (or a common misspelling of it). */
  readonly tagged: boolean;
  /** A tag gives a number or a version, with or without the word PATCH (`[v3 3/4] …`). */
  readonly numbered: boolean;
  readonly pull: boolean;
  /** null when no version is named. */
  readonly version: number | null;
  readonly index: number | null;
  readonly total: number | null;
  /** Everything else in the brackets, in order: `RFC`, `RESEND`, `net-next`, `5.10.y`. */
  readonly tags: readonly string[];
}

const REPLY =
  /^(?:re|aw|wg|sv|vs|antw(?:ort)?|rif|r|odp|res|enc|tr|fwd?|fw|ynt|atb|回复|答复|回覆|转发|轉寄|返信|転送|ответ|re\[\d{1,3}\])\s{0,3}[:：]\s{0,8}/i;
const BRACKET = /^\[([^\][]{1,200})\]\s{0,8}/;
/** Longterm kernels: `v6.1` in a tag names one of them and not the first repair of version 6. */
const LONGTERM = new Set('3.18 4.4 4.9 4.14 4.19 5.4 5.10 5.15 6.1 6.6 6.12 6.18'.split(' '));

/**
 * Reads the tags of a subject in all the ways people write them.
 *
 * @example
 * parseSubject('Re: [RFC PATCH net-next v2 03/12] net: fix it');
 * // { title: 'net: fix it', reply: true, version: 2, index: 3, total: 12, tags: ['RFC', 'net-next'], … }
 */
export function parseSubject(subject: string): Subject {
  let rest = subject.trim();
  let reply = false;
  let tagged = false;
  let numbered = false;
  let pull = false;
  let version: number | null = null;
  let index: number | null = null;
  let total: number | null = null;
  const tags: string[] = [];

  const numbers = (text: string): boolean => {
    const m = /^(\d{1,4})\/(\d{1,4})$/.exec(text);
    if (!m) return false;
    index ??= Number(m[1]);
    total ??= Number(m[2]);
    return true;
  };
  const word = (text: string): void => {
    if (text === '') return;
    const glued = /^(patch|path|pacth|ptach)[-_]?(v\.?\d{1,3}(?:\.\d{1,2})?|\d{1,4}\/\d{1,4})?$/i.exec(text);
    if (glued) {
      tagged = true;
      if (glued[2]) word(glued[2]);
    } else if (numbers(text)) numbered = true;
    else if (/^v\.?\d{1,3}(?:\.\d{1,2})?$/i.test(text) && !LONGTERM.has(text.slice(1))) {
      version ??= Number(text.replace(/^v\.?/i, ''));
      numbered = true;
    } else if (/^rfc(?:v?\d{1,3})$/i.test(text)) {
      tags.push('RFC');
      version ??= Number(text.replace(/^rfcv?/i, ''));
    } else if (/^rfc$/i.test(text)) tags.push('RFC');
    else if (/^re-?send$/i.test(text)) tags.push('RESEND');
    else if (/^pull$/i.test(text)) {
      pull = true;
      tags.push(text);
    } else tags.push(text);
  };

  for (let guard = 0; guard < 40; guard++) {
    const prefix = REPLY.exec(rest);
    if (prefix) {
      reply = true;
      rest = rest.slice(prefix[0].length);
      continue;
    }
    const bracket = BRACKET.exec(rest);
    if (!bracket) break;
    // Brackets after the first tag that do not read like tags belong to the title: `[PATCH] [MIPS] …` does, `[0x10]` not.
    rest = rest.slice(bracket[0].length);
    // `v7 PATCH`, `PATCH1/8`, `PATCH v3, 2/4`, `PATCH v2 1 / 2` and `PATCHSET,v4`.
    const inside = bracket[1]!.replace(/(\d)\s{0,3}\/\s{0,3}(\d)/g, '$1/$2').replace(/\b(v)\s(\d{1,3})\b/gi, '$1$2');
    for (const w of inside.split(/[\s,;:]+/)) word(w);
  }
  // `[PATCH] 1/2 title`, `[PATCH] v2: title`.
  for (let guard = 0; guard < 2 && (tagged || numbered); guard++) {
    const outside = /^(?:(\d{1,3}\/\d{1,3})[\s:]|(v\d{1,2})[\s:]\s{0,3}(?=\S))/i.exec(rest);
    if (!outside || (outside[1] && index !== null) || (outside[2] && version !== null)) break;
    word(outside[1] ?? outside[2]!);
    rest = rest.slice(outside[0].length).replace(/^[\s:-]{1,8}/, '');
  }
  // `[GIT PULL] …`, and `pull request (…)` of some trees.
  if (/^\[?git pull\b/i.test(rest)) pull = true;
  const title = rest.trim();
  return { title: title || subject.trim(), reply, tagged, numbered, pull, version, index, total, tags };
}
