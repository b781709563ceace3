import { ruleOnAddition, ruleOnCommentWork, ruleOnRemoval } from './claim-additions.ts';
import type { CodeScope } from './claim-lines.ts';
import { ruleOnMove, ruleOnRename } from './claim-places.ts';
import { ruleOnDeclaration, ruleOnReplacement } from './claim-replacements.ts';
import { firstSentence, type Ruling } from './claim-words.ts';

/** Decides claims about code; null when it has none of the known forms. */
export function ruleOnCode(body: string, about: CodeScope): Ruling | null {
  const sentence = firstSentence(body);
  return (
    ruleOnCommentWork(sentence, about) ??
    ruleOnRename(sentence, about) ??
    ruleOnMove(sentence, about) ??
    ruleOnReplacement(sentence, about) ??
    ruleOnDeclaration(sentence, about) ??
    ruleOnAddition(sentence, about) ??
    ruleOnRemoval(sentence, about)
  );
}
