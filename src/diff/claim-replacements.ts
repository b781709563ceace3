import { type CodeScope, Lines } from './claim-lines.ts';
import { contradicted, identifiersIn, notVisible, type Ruling, supported, withoutReason } from './claim-words.ts';
import { mentions, type PlacedLine } from './code-delta.ts';

const WITH = [
  /^(?:also )?(?:replac(?:e|ed|es|ing)|substitut(?:e|ed)|exchang(?:e|ed)|swap(?:ped)?)\b (?<old>.{1,300}?) (?:with|by|for) (?<new>.{1,400})$/i,
  /^(?:also )?(?:us(?:e|ed|es|ing)|switch(?:ed)? to|mov(?:e|ed) to|call(?:ed)?|go(?:es)? with|prefer(?:red)?|return(?:ed)?|tak(?:e|es)) (?<new>.{1,300}?)(?:,)? (?:instead of|rather than|in place of|over) (?<old>.{1,300})$/i,
  /\binstead of (?:\w+ing )?(?<old>.{1,400}?), (?<new>.{1,400})$/i,
  /^(?:also )?(?:convert(?:ed)?|chang(?:e|ed)|switch(?:ed)?|migrat(?:e|ed)|turn(?:ed)?)\b (?:from )?(?<old>.{1,200}?) (?:to|into) (?:use |using )?(?<new>.{1,300})$/i,
];

/** Decides `replaced x() with y()`, `use y() instead of x()`, `converted x to y`. */
export function ruleOnReplacement(sentence: string, about: CodeScope): Ruling | null {
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

/** Decides `declared x as const` and its like. */
export function ruleOnDeclaration(sentence: string, about: CodeScope): Ruling | null {
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
