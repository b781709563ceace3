import type { Series } from './series.ts';

/** A revision that the author names in words, and where. */
export interface BaseWord {
  /** Names to ask a repository for, likeliest first (`next-20260325`, `linux-6.12.y`, `v6.13-rc2`). */
  readonly names: readonly string[];
  readonly quote: string;
}

const MAX_WORDS = 8;
/** Words after which an author says what a series was made for. */
const CONTEXT =
  /\b(?:based|rebased|base|applies|apply|applied|on top of|against|made for|generated (?:on|against)|cut against|tested on)\b(.{0,160})/i;
/** Trees whose name alone means a branch. */
const TREE =
  /^[a-z0-9][a-z0-9_-]{1,30}(?:-next|-fixes|-unstable|-stable|-for-next|-tree)$|^(?:mainline|linux-next|net|bpf|tip)$/;

/**
 * The revisions that a series names in its tags and in the text of its cover letter (or only patch): "based on
 * linux-next 20260325", `[PATCH 6.12.y]`, "against v6.13-rc2", `[PATCH net-next]`.
 *
 * @example
 * baseWords(series)[0]; // { names: ['next-20260325'], quote: 'This is based on linux-next 20260325.' }
 */
export function baseWords(series: Series): BaseWord[] {
  const found = new Map<string, BaseWord>();
  const add = (names: readonly string[], quote: string): void => {
    const key = names[0];
    if (key !== undefined && !found.has(key) && found.size < MAX_WORDS)
      found.set(key, { names, quote: quote.trim().slice(0, 160) });
  };
  for (const tag of series.tags) add(namesOf(tag, true), `[${tag}]`);
  for (const text of textsOf(series)) {
    for (const line of text.split('\n')) {
      const said = line.length < 1000 && !line.startsWith('>') ? CONTEXT.exec(line)?.[1] : undefined;
      if (said === undefined) continue;
      const joined = said.replace(/\blinux-next\b[\s:,(tag/-]{1,8}(?:next-)?(?=\d{8}\b)/gi, 'next-');
      for (const word of joined.split(/[\s,;()'"`<>[\]]+/)) add(namesOf(word.replace(/[.:]+$/, ''), false), line);
    }
  }
  return [...found.values()];
}

/** What a word may be called in a repository; empty when it is no name of a revision. */
function namesOf(word: string, isTag: boolean): string[] {
  const next = /^(?:linux-)?next-?(\d{8})$/i.exec(word);
  if (next) return [`next-${next[1]}`];
  const stable = /^(?:linux-|stable-|v)?(\d{1,2}\.\d{1,3})(?:\.y|-stable)$/i.exec(word);
  if (stable)
    return [`linux-${stable[1]}.y`, `stable/linux-${stable[1]}.y`, `origin/linux-${stable[1]}.y`, `v${stable[1]}`];
  const release = /^(?:linux-)?v?(\d{1,2}\.\d{1,3}(?:\.\d{1,4})?(?:-rc\d{1,2})?)$/i.exec(word);
  // "based on 6.13" names a release; "tested on 2.0" hardly does, and no kernel after 2.6 has only one digit left.
  if (release && (isTag || /^v|-rc/i.test(word) || /^(?:linux-)?[3-9]\.\d/.test(word))) return [`v${release[1]}`];
  const name = word.toLowerCase();
  if (!TREE.test(name)) return [];
  return name === 'linux-next'
    ? ['linux-next/master', 'next/master', 'linux-next']
    : name === 'mainline'
      ? ['mainline/master', 'origin/master', 'master']
      : [`${word}/main`, `${word}/master`, word, `origin/${word}`];
}

function textsOf(series: Series): string[] {
  if (series.cover) return [series.cover.body, ...series.patches.map((patch) => patch.notes)];
  return series.patches.map((patch) => patch.notes);
}
