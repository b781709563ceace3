import { type CodeScope, Lines } from './claim-lines.ts';
import { ruleOnOrder } from './claim-order.ts';
import { contradicted, identifiersIn, notVisible, type Ruling, supported, withoutReason } from './claim-words.ts';
import { cite, isCode, mentions, type PlacedLine } from './code-delta.ts';

const ADD =
  /^(?:also )?(?:add(?:ed|s|ing)?|introduc(?:e|ed|es)|insert(?:ed)?|call(?:ed|s)?|us(?:e|ed|es)|export(?:ed)?|implement(?:ed)?|provid(?:e|ed)|creat(?:e|ed)|tak(?:e|es)|took|hold|acquir(?:e|ed)|check(?:ed)?|handl(?:e|ed))\b (.{1,400})$/i;
const DIRECT =
  /^(?:(?:an?|the|missing|new|extra|additional|calls?|to|of|use|helpers?|functions?|macros?|wrappers?|fields?|members?|back|proper|explicit|separate|static|inline|common) ){0,5}[`'"]?[A-Za-z_]\w*/i;
const PART = / (?:before|after|in|into|inside|within|around|for|from|under|at|on|when|with|to|and then) /i;

const COMMENTS =
  /^(?:(?:fix(?:ed|es)?|correct(?:ed)?|updat(?:e|ed)|improv(?:e|ed)|reword(?:ed)?|rewor(?:k|ked)|clarif(?:y|ied)|expand(?:ed)?|rewr(?:ite|ote|itten)|chang(?:e|ed)|adjust(?:ed)?|tweak(?:ed)?|extend(?:ed)?) (?:[\w'’-]{1,20} ){0,5}|typo fix(?:es)? (?:to|in) (?:\w+ ){0,2}|minor )(?:code )?(?:comments?|kernel-?doc|kdoc|doc ?comments?)\b/i;

/** Decides `fixed a typo in the comment`: lines of comments must differ. */
export function ruleOnCommentWork(sentence: string, about: CodeScope): Ruling | null {
  return COMMENTS.test(sentence) && !/\bcommit\b/i.test(sentence) ? ruleOnComment(about, sentence) : null;
}

/** Decides `added x() before y()`, `use x() in y()`, `add a comment`. */
export function ruleOnAddition(sentence: string, about: CodeScope): Ruling | null {
  const rest = ADD.exec(sentence)?.[1];
  if (rest === undefined) return null;
  const clause = withoutReason(rest);
  const cut = PART.exec(clause);
  const names = identifiersIn(cut ? clause.slice(0, cut.index) : clause);
  const name = names[0];
  // What a comment says is not code, though it may name some.
  if (/^(?:(?:an?|the|some|more|missing|code|inline|explanatory) ){0,3}comments?\b/i.test(rest))
    return ruleOnComment(about, sentence);
  if (!name) {
    if (/^(?:\w+ ){0,3}(?:comments?|kernel-?doc|documentation)\b/i.test(rest)) return ruleOnComment(about, sentence);
    return null;
  }
  const place =
    cut && /^(?:in|into|inside|within|from|under|at|to)$/i.test(cut[0].trim())
      ? identifiersIn(clause.slice(cut.index))
      : [];
  const lines = new Lines(about);
  const here = lines.appeared(
    (l) => mentions(l, name) && (place.length === 0 || (l.inside !== null && place.includes(l.inside))),
  );
  const anywhere = here ?? lines.appeared((l) => mentions(l, name));
  const order =
    cut && anywhere && /before|after/i.test(cut[0])
      ? ruleOnOrder(
          name,
          cut[0].trim().toLowerCase() === 'before' ? 'before' : 'after',
          identifiersIn(clause.slice(cut.index))[0],
          about,
        )
      : null;
  if (order) return order;
  if (here) return supported(here);
  if (anywhere)
    return place.length > 0 ? notVisible(`not seen in ${place.join(', ')}, but ${anywhere}`) : supported(anywhere);
  const direct =
    DIRECT.test(rest) &&
    new RegExp(`${name}[\`'"]?\\(`).test(rest) &&
    /^(?:also )?(?:add|insert|introduc|call)/i.test(sentence);
  if (direct && about.scope.length > 0 && !lines.anywhere(name))
    return contradicted(`${name}() is nowhere in v${about.toVersion}`);
  return notVisible(`no new line has ${name}`);
}

/** Of the new lines of comments, that which has most words of the claim. */
function ruleOnComment(about: CodeScope, claim: string): Ruling {
  const words = new Set(claim.toLowerCase().match(/[a-z_]\w{3,40}/g) ?? []);
  let best: string | null = null;
  let most = -1;
  for (const delta of about.scope) {
    for (const line of delta.appeared) {
      if (isCode(line) || !/[A-Za-z]{3}/.test(line.text) || /SPDX-License/.test(line.text)) continue;
      const common = new Set(
        line.text
          .toLowerCase()
          .match(/[a-z_]\w{3,40}/g)
          ?.filter((word) => words.has(word)) ?? [],
      );
      if (common.size > most) [best, most] = [cite(delta, line, about.total), common.size];
    }
  }
  return best === null ? notVisible('no comment line is new') : supported(best);
}

const REMOVE =
  /^(?:also )?(?:remov(?:e|ed|es|ing)|drop(?:ped|s)?|delet(?:e|ed)|got rid of|get rid of|eliminat(?:e|ed)|stop(?:ped)? (?:using|calling)|don't (?:use|call))\b (.{1,400})$/i;

/** Decides `removed x()`, `dropped the locking from y()`. */
export function ruleOnRemoval(sentence: string, about: CodeScope): Ruling | null {
  const rest = REMOVE.exec(sentence)?.[1];
  if (rest === undefined) return null;
  const clause = withoutReason(rest);
  const cut = / (?:from|in|inside|within|of|around|before|after) /i.exec(clause);
  const names = identifiersIn(cut ? clause.slice(0, cut.index) : clause);
  const place = cut ? identifiersIn(clause.slice(cut.index)) : [];
  const lines = new Lines(about);
  const inPlace = (l: PlacedLine): boolean => place.length === 0 || (l.inside !== null && place.includes(l.inside));
  if (names.length === 0) {
    if (place.length === 0) return null;
    const evidence = lines.vanished((l) => inPlace(l));
    return evidence ? supported(evidence) : notVisible(`nothing is seen to go from ${place.join(', ')}`);
  }
  const name = names[0]!;
  const evidence =
    lines.vanished((l) => mentions(l, name) && inPlace(l)) ??
    (/before|after|around/i.test(cut?.[0] ?? '') ? lines.vanished((l) => mentions(l, name)) : null);
  if (evidence && lines.count('to', name) <= lines.count('from', name)) return supported(evidence);
  const plain =
    cut === null &&
    new RegExp(
      `^(?:(?:the|calls?|to|use|of|unused|unneeded|unnecessary|now|redundant) ){0,4}[\`'"]?${name}\\b`,
      'i',
    ).test(rest);
  const untouched = about.scope.every((d) => ![...d.appeared, ...d.vanished].some((l) => mentions(l, name)));
  if (
    plain &&
    untouched &&
    lines.count('from', name) > 0 &&
    about.scope.every((d) => d.pair.status === 'unchanged' || d.pair.status === 'rebased')
  ) {
    return contradicted(`v${about.toVersion} adds ${name} just as v${about.fromVersion} does`);
  }
  return notVisible(`no line with ${name} is seen to go`);
}
