import { type CodeScope, Lines } from './claim-lines.ts';
import {
  contradicted,
  filesIn,
  identifiersIn,
  meansPath,
  notVisible,
  type Ruling,
  supported,
  withoutReason,
} from './claim-words.ts';
import { mentions, type PlacedLine } from './code-delta.ts';

const RENAME =
  /^(?:also )?renam(?:e|ed|es|ing)\b(?: (?:from|the|function|helper|variable|field|macro|file|struct|functions?|member))* (.{1,200}?) (?:to|->|→|=>|into|as) (.{1,300})$/i;

/** `renamed the function to x()` tells only the new name; `s/x/y/` is what people type. */
const RENAME_TO = /^(?:also )?renam(?:e|ed)\b (?:the |this |it )?(?:\w+ ){0,2}to (.{1,200})$/i;
const SED = /^s\/([A-Za-z_]\w{1,80})(?:\(\))?\/([A-Za-z_]\w{1,80})(?:\(\))?\/g?(?:\s|$)/;

/** Decides `renamed x() to y()`, `s/x/y/` and `renamed a.c to b.c`. */
export function ruleOnRename(sentence: string, about: CodeScope): Ruling | null {
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

/** Decides `moved x from a.h to b.h` and `moved x() to y()`. */
export function ruleOnMove(sentence: string, about: CodeScope): Ruling | null {
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
