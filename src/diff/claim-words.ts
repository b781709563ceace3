/** The part of a claim that is read; longer ones are prose that proves nothing. */
export const LONGEST_CLAIM = 1500;

/** What decides a claim. `contradicted` is only said when the mails prove the contrary. */
export type Verdict = 'supported' | 'contradicted' | 'not-visible';

export interface Ruling {
  readonly verdict: Verdict;
  /** The line, trailer or status that decides it, in one line. */
  readonly evidence: string;
}

export const supported = (evidence: string): Ruling => ({ verdict: 'supported', evidence });
export const contradicted = (evidence: string): Ruling => ({ verdict: 'contradicted', evidence });
export const notVisible = (evidence: string): Ruling => ({ verdict: 'not-visible', evidence });

/** A claim's words without the patch it names: `Patch 2/2: added x()` is `added x()`. */
export function claimBody(text: string): string {
  return text
    .slice(0, LONGEST_CLAIM)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^(?:in )?\[?\(?patch(?:es)?[ #-]{0,2}\d{1,3}(?:\/\d{1,3})?\]?\)?\s?[:,-]\s?/i, '')
    .replace(/^[[(]?\d{1,3}\/\d{1,3}[\])]?\s?[:,-]?\s?/, '')
    .replace(/^#\d{1,3}\s?[:,-]?\s?/, '');
}

/** The first sentence, for what comes after explains. A full stop inside a name does not end it. */
export function firstSentence(body: string): string {
  const end = /[.;] (?=\s?[A-Z`'a-z])/.exec(body);
  return end ? body.slice(0, end.index) : body;
}

/** The clause up to where a reason begins: `added x() to avoid y()` claims nothing about `y()`. */
export function withoutReason(clause: string): string {
  const reason =
    / (?:to (?!(?:the|a|an|include|drivers|kernel|fs|net|mm)\b)(?=[a-z]+ )(?!\w+[(_/.])|so (?:that )?|because |since |as (?:suggested|requested|proposed|discussed|per)|per |due to |in order to |which |where |when |instead of having |avoiding |closing |reducing )/i.exec(
      clause,
    );
  return reason ? clause.slice(0, reason.index) : clause;
}

/** Names of code in a text: with `()`, with an underscore, or in quotation marks or backticks; each once, in order. */
export function identifiersIn(text: string): string[] {
  const found: string[] = [];
  // A lookahead, as one mark may end a name and begin the next.
  const quoted = new Set(Array.from(text.matchAll(/[`'"](?=([A-Za-z_]\w{0,99})[`'"])/g), ([, name]) => name));
  for (const [, name, call] of text.matchAll(/(?<![\w./-])([A-Za-z_]\w{0,99})(\(|)(?![\w/]*\.(?:c|h)\b)/g)) {
    if ((name!.length > 1 && name!.includes('_')) || (call !== '' && !text.includes(`${name} (`)) || quoted.has(name))
      found.push(name!);
  }
  return [...new Set(found)].filter((name) => !/^(?:v\d+|s)$/.test(name));
}

/** Paths of files in a text: anything with a suffix that source trees use, with or without directories. */
export function filesIn(text: string): string[] {
  const found =
    text.match(/(?<![\w./-])[\w.+-]{1,100}(?:\/[\w.+-]{1,100}){0,20}\.(?:c|h|S|rs|rst|txt|ya?ml|dtsi?|py|sh|ld)\b/g) ??
    [];
  return [...new Set(found)];
}

/** True when a claim's file name means a path: the whole path or its end. */
export function meansPath(name: string, path: string): boolean {
  return path === name || path.endsWith(`/${name}`);
}

/** The patches that a claim names, as far as it names several: `patches 1-3`, `patch 2 and 4`; else null. */
export function patchesNamed(text: string): number[] | null {
  const list =
    /\bpatch(?:es)? #?(\d{1,3}(?:\/\d{1,3})?(?:(?:\s?[-–,&+]\s?|\s(?:and|to)\s|, and )#?\d{1,3}(?:\/\d{1,3})?){1,20})/i.exec(
      text,
    )?.[1];
  if (list === undefined) return null;
  const found: number[] = [];
  for (const part of list.split(/,|&|\+|\sand\s/)) {
    const range = /#?(\d{1,3})(?:\/\d{1,3})?\s?(?:[-–]|to)\s?#?(\d{1,3})/.exec(part);
    if (range) for (let i = Number(range[1]); i <= Number(range[2]); i++) found.push(i);
    else if (/\d/.test(part)) found.push(Number(/\d{1,3}/.exec(part)![0]));
  }
  return found;
}
