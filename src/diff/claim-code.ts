import { ruleOnOrder } from './claim-order.ts';
import {
  contradicted,
  filesIn,
  firstSentence,
  identifiersIn,
  meansPath,
  notVisible,
  type Ruling,
  supported,
  withoutReason,
} from './claim-words.ts';
import { type CodeDelta, cite, isCode, mentions, type PlacedLine } from './code-delta.ts';

/** What the rulings about code know: the pairs the claim speaks of, and how many patches the new version has. */
export interface CodeScope {
  readonly scope: readonly CodeDelta[];
  readonly total: number;
  readonly fromVersion: number;
  readonly toVersion: number;
}

/** Decides claims about code; null when it has none of the known forms. */
export function ruleOnCode(body: string, about: CodeScope): Ruling | null {
  const sentence = firstSentence(body);
  return (
    ruleOnRename(sentence, about) ??
    ruleOnMove(sentence, about) ??
    ruleOnReplacement(sentence, about) ??
    ruleOnDeclaration(sentence, about) ??
    ruleOnAddition(sentence, about) ??
    ruleOnRemoval(sentence, about)
  );
}

/** The lines of both versions in a form that the rulings ask. */
class Lines {
  readonly #about: CodeScope;
  constructor(about: CodeScope) {
    this.#about = about;
  }
  #find(
    side: 'appeared' | 'vanished' | 'from' | 'to',
    wanted: (line: PlacedLine) => boolean,
  ): { line: PlacedLine; delta: CodeDelta } | null {
    for (const delta of this.#about.scope) {
      const line =
        delta[side].find((l) => isCode(l) && wanted(l)) ??
        (side === 'appeared' || side === 'vanished' ? undefined : delta[side].find(wanted));
      if (line) return { line, delta };
    }
    return null;
  }
  appeared(wanted: (line: PlacedLine) => boolean): string | null {
    const found = this.#find('appeared', wanted);
    return found && cite(found.delta, found.line, this.#about.total);
  }
  vanished(wanted: (line: PlacedLine) => boolean): string | null {
    const found = this.#find('vanished', wanted);
    return found && cite(found.delta, found.line, this.#about.total);
  }
  /** Added lines of one version with the identifier. */
  count(side: 'from' | 'to', identifier: string): number {
    let sum = 0;
    for (const delta of this.#about.scope)
      for (const l of delta[side]) if (l.kind === '+' && isCode(l) && mentions(l, identifier)) sum++;
    return sum;
  }
  /** True when the identifier stands anywhere in the new version: in its diffs, with context and headings, or messages. */
  anywhere(identifier: string): boolean {
    return this.#about.scope.some(({ pair }) => {
      const patch = pair.to?.patch;
      return (
        patch !== undefined && [patch.diff, patch.message, patch.title].some((text) => mentions({ text }, identifier))
      );
    });
  }
}

const RENAME =
  /^(?:also )?renam(?:e|ed|es|ing)\b(?: (?:from|the|function|helper|variable|field|macro|file|struct|functions?|member))* (.{1,200}?) (?:to|->|→|=>|into|as) (.{1,300})$/i;

/** `renamed the function to x()` tells only the new name; `s/x/y/` is what people type. */
const RENAME_TO = /^(?:also )?renam(?:e|ed)\b (?:the |this |it )?(?:\w+ ){0,2}to (.{1,200})$/i;
const SED = /^s\/([A-Za-z_]\w{1,80})(?:\(\))?\/([A-Za-z_]\w{1,80})(?:\(\))?\/g?(?:\s|$)/;

function ruleOnRename(sentence: string, about: CodeScope): Ruling | null {
  const onlyNew = RENAME_TO.exec(sentence)?.[1];
  const newest = onlyNew === undefined ? undefined : identifiersIn(withoutReason(onlyNew))[0];
  if (newest !== undefined && identifiersIn(sentence.slice(0, sentence.length - (onlyNew ?? '').length)).length === 0) {
    const evidence = new Lines(about).appeared((l) => mentions(l, newest));
    return evidence ? supported(evidence) : notVisible(`no new line has ${newest}`);
  }
  const match = RENAME.exec(sentence) ?? SED.exec(sentence);
  if (!match) return null;
  const [, oldText = '', newText = ''] = match;
  const oldFile = filesIn(oldText)[0];
  const newFile = filesIn(newText)[0];
  if (oldFile && newFile) {
    const paths = (side: 'from' | 'to') =>
      about.scope.flatMap(({ pair }) => pair[side]?.files ?? []).flatMap((f) => f.newPath ?? f.oldPath ?? []);
    const has = (side: 'from' | 'to', name: string) => paths(side).some((path) => meansPath(name, path));
    if (has('to', newFile) && !has('to', oldFile))
      return supported(`v${about.toVersion} has ${newFile} and no ${oldFile}`);
    if (!has('to', newFile) && has('to', oldFile) && has('from', oldFile))
      return contradicted(`v${about.toVersion} still has ${oldFile}, and no ${newFile}`);
    return notVisible(`${newFile} is not clearly in the place of ${oldFile}`);
  }
  const oldName = identifiersIn(oldText)[0] ?? bareName(oldText);
  const newName = identifiersIn(withoutReason(newText))[0] ?? bareName(newText);
  if (!oldName || !newName) return null;
  const lines = new Lines(about);
  const evidence = lines.appeared((l) => mentions(l, newName));
  if (evidence && lines.count('to', oldName) < Math.max(1, lines.count('from', oldName))) return supported(evidence);
  if (
    !evidence &&
    !lines.anywhere(newName) &&
    lines.count('from', oldName) > 0 &&
    lines.count('to', oldName) >= lines.count('from', oldName)
  ) {
    return contradicted(`v${about.toVersion} still adds ${oldName} and has no ${newName}`);
  }
  return notVisible(`${newName} is not clearly in the place of ${oldName}`);
}

/** A single plain word, as in `rename foo to bar`. */
const bareName = (text: string): string | null =>
  /^[`'"]?([A-Za-z_]\w{1,80})[`'"]?[.,;]?$/.exec(text.trim())?.[1] ?? null;

const MOVE = /^(?:also )?(?:mov(?:e|ed|es|ing)|relocat(?:e|ed)|shift(?:ed)?)\b (.{1,300})$/i;

function ruleOnMove(sentence: string, about: CodeScope): Ruling | null {
  const rest = MOVE.exec(sentence)?.[1];
  if (rest === undefined) return null;
  const target = /\b(?:to|into)\s(.{1,200})$/i.exec(rest);
  const targetFile = filesIn(target?.[1] ?? '')[0];
  const sourceFile = filesIn(/\bfrom\s(.{1,200}?)(?:\sto\s|\sinto\s|$)/i.exec(rest)?.[1] ?? '')[0];
  const lines = new Lines(about);
  const inFile =
    (name: string) =>
    (l: PlacedLine): boolean =>
      meansPath(name, l.file) && l.text.trim() !== '';
  if (targetFile) {
    const arrived = lines.appeared(inFile(targetFile));
    const left = sourceFile === undefined || lines.vanished(inFile(sourceFile)) !== null;
    if (arrived && left) return supported(arrived);
    const touches = about.scope.some((d) => d.to.some((l) => meansPath(targetFile, l.file)));
    const stays =
      sourceFile !== undefined &&
      about.scope.some((d) => d.to.some((l) => meansPath(sourceFile, l.file))) &&
      !lines.vanished(inFile(sourceFile));
    if (!touches && stays)
      return contradicted(`v${about.toVersion} does not touch ${targetFile}, and ${sourceFile} is as before`);
    return notVisible(`no line has clearly moved to ${targetFile}`);
  }
  const names = identifiersIn(withoutReason(rest));
  const moved = names[0];
  if (!moved) return notVisible('it names no code');
  const place = names[1];
  const evidence = lines.appeared(
    (l) => mentions(l, moved) && (place === undefined || l.inside === place || !/\b(?:to|into|in)\b/.test(rest)),
  );
  if (evidence && lines.vanished((l) => mentions(l, moved))) return supported(evidence);
  return notVisible(`${moved} has not visibly moved`);
}

const WITH = [
  /^(?:also )?(?:replac(?:e|ed|es|ing)|substitut(?:e|ed)|exchang(?:e|ed)|swap(?:ped)?)\b (?<old>.{1,300}?) (?:with|by|for) (?<new>.{1,400})$/i,
  /^(?:also )?(?:us(?:e|ed|es|ing)|switch(?:ed)? to|mov(?:e|ed) to|call(?:ed)?|go(?:es)? with|prefer(?:red)?|return(?:ed)?|tak(?:e|es)) (?<new>.{1,300}?)(?:,)? (?:instead of|rather than|in place of|over) (?<old>.{1,300})$/i,
  /\binstead of (?:\w+ing )?(?<old>.{1,400}?), (?<new>.{1,400})$/i,
  /^(?:also )?(?:convert(?:ed)?|chang(?:e|ed)|switch(?:ed)?|migrat(?:e|ed)|turn(?:ed)?)\b (?:from )?(?<old>.{1,200}?) (?:to|into) (?:use |using )?(?<new>.{1,300})$/i,
];

function ruleOnReplacement(sentence: string, about: CodeScope): Ruling | null {
  const groups = WITH.map((form) => form.exec(sentence)?.groups).find((g) => g !== undefined);
  if (!groups) return null;
  const oldNames = identifiersIn(groups['old'] ?? '');
  const newNames = identifiersIn(groups['new'] ?? '').filter((name) => !oldNames.includes(name));
  if (oldNames.length === 0 && newNames.length === 0) return null;
  const lines = new Lines(about);
  const gone = oldNames.filter(
    (name) =>
      lines.vanished((l) => mentions(l, name)) &&
      (lines.count('to', name) === 0 || lines.count('to', name) < lines.count('from', name)),
  );
  const came = newNames.map((name) => lines.appeared((l) => mentions(l, name))).find((e) => e !== null);
  const anything = lines.appeared(() => true);
  const oldOk = oldNames.length === 0 || gone.length > 0;
  if (oldOk && came) return supported(came);
  if (gone.length > 0 && newNames.length === 0 && anything)
    return supported(lines.vanished((l) => mentions(l, gone[0]!)) ?? anything);
  const kept = oldNames.find(
    (name) => lines.count('to', name) > 0 && lines.count('to', name) >= lines.count('from', name),
  );
  if (kept && lines.count('from', kept) > 0 && newNames.length > 0 && newNames.every((name) => !lines.anywhere(name))) {
    return contradicted(`v${about.toVersion} still adds ${kept} and has no ${newNames[0]}`);
  }
  return notVisible('the replacement is not clearly in the diff');
}

const DECLARE =
  /^(?:also )?(?:declar(?:e|ed)|mak(?:e|es)|made|mark(?:ed)?|defin(?:e|ed)|annotat(?:e|ed)|constif(?:y|ied)|turn(?:ed)?)\b (.{1,300})$/i;
const QUALIFIER = /\b(const|static|inline|volatile|__\w+|unsigned|bool|u8|u16|u32|u64|size_t|int|long)\b/g;

function ruleOnDeclaration(sentence: string, about: CodeScope): Ruling | null {
  const rest = DECLARE.exec(sentence)?.[1];
  if (rest === undefined) return null;
  const name = identifiersIn(rest)[0];
  const wanted = [
    ...withoutReason(rest)
      .replace(name ?? '', '')
      .matchAll(QUALIFIER),
  ].map((m) => m[1]!);
  const first = wanted[0];
  if (!name || !first) return null;
  const lines = new Lines(about);
  const evidence = lines.appeared((l) => mentions(l, name) && mentions(l, first));
  if (evidence) return supported(evidence);
  const declared = (l: PlacedLine): boolean =>
    l.kind === '+' && l.inside === null && mentions(l, name) && /^[A-Za-z_].*[;={]/.test(l.text);
  const now = about.scope.flatMap((d) => d.to).filter(declared);
  if (now.length === 1 && !mentions(now[0]!, first))
    return contradicted(`v${about.toVersion} has: ${now[0]!.text.trim()}`);
  return notVisible(`no new line has ${first} and ${name}`);
}

const ADD =
  /^(?:also )?(?:add(?:ed|s|ing)?|introduc(?:e|ed|es)|insert(?:ed)?|call(?:ed|s)?|us(?:e|ed|es)|export(?:ed)?|implement(?:ed)?|provid(?:e|ed)|creat(?:e|ed)|tak(?:e|es)|took|hold|acquir(?:e|ed)|check(?:ed)?|handl(?:e|ed))\b (.{1,400})$/i;
const DIRECT =
  /^(?:(?:an?|the|missing|new|extra|additional|calls?|to|of|use|helpers?|functions?|macros?|wrappers?|fields?|members?|back|proper|explicit|separate|static|inline|common) ){0,5}[`'"]?[A-Za-z_]\w*/i;
const PART = / (?:before|after|in|into|inside|within|around|for|from|under|at|on|when|with|to|and then) /i;

function ruleOnAddition(sentence: string, about: CodeScope): Ruling | null {
  const rest = ADD.exec(sentence)?.[1];
  if (rest === undefined) return null;
  const clause = withoutReason(rest);
  const cut = PART.exec(clause);
  const names = identifiersIn(cut ? clause.slice(0, cut.index) : clause);
  const name = names[0];
  if (!name) {
    if (/^(?:\w+ ){0,3}(?:comments?|kernel-?doc|documentation)\b/i.test(rest)) return ruleOnComment(about);
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

function ruleOnComment(about: CodeScope): Ruling {
  for (const delta of about.scope) {
    const line = delta.appeared.find(
      (l) => !isCode(l) && l.text.trim() !== '' && !/^\s*(?:\/\*|\*\/)\s*$/.test(l.text),
    );
    if (line) return supported(cite(delta, line, about.total));
  }
  return notVisible('no comment line is new');
}

const REMOVE =
  /^(?:also )?(?:remov(?:e|ed|es|ing)|drop(?:ped|s)?|delet(?:e|ed)|got rid of|get rid of|eliminat(?:e|ed)|stop(?:ped)? (?:using|calling)|don't (?:use|call))\b (.{1,400})$/i;

function ruleOnRemoval(sentence: string, about: CodeScope): Ruling | null {
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
