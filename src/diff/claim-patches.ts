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
import { type CodeDelta, isCode } from './code-delta.ts';
import { pathOf } from './file-patch.ts';

/** What the rulings about whole patches know. */
export interface PatchScope {
  /** The pairs that the claim speaks of, and all of them. */
  readonly scope: readonly CodeDelta[];
  readonly all: readonly CodeDelta[];
  readonly patch: number | null;
  readonly fromVersion: number;
  readonly toVersion: number;
}

const label = (delta: CodeDelta): string => `patch ${(delta.pair.to ?? delta.pair.from)?.patch.index ?? '?'}`;

/** Decides claims about whole patches: unchanged, no changes to a file, new, dropped, split, reworded; null when it is none. */
export function ruleOnPatches(body: string, about: PatchScope): Ruling | null {
  return (
    ruleOnNothingNew(body, about) ??
    ruleOnNoChangesTo(body, about) ??
    ruleOnUnchanged(body, about) ??
    ruleOnPlace(body, about) ??
    ruleOnNew(body, about) ??
    ruleOnDropped(body, about) ??
    ruleOnMessage(body, about)
  );
}

const NAMED = String.raw`(?:\(?(?:patch(?:es)?|commit)?s? ?#?[\d/,&\s-]{0,30}(?:and \d+ ?)?\)?[:,-]? ?)?`;
const UNCHANGED = new RegExp(
  String.raw`^${NAMED}(?:is |are |remains? )?(?:(?:no|without) (?:other |further |additional |actual |real )?(?:code |source |functional )?changes?\b|unchanged\b|un-changed\b|identical\b|not changed\b)(.{0,200})$`,
  'i',
);

function ruleOnUnchanged(body: string, about: PatchScope): Ruling | null {
  const rest = UNCHANGED.exec(body)?.[1];
  if (rest === undefined) return null;
  if (/\b(?:except|apart from|other than|besides|but)\b/i.test(rest)) return notVisible('it makes exceptions');
  const named = /\bv(\d{1,3})\b/i.exec(rest)?.[1];
  if (named !== undefined && Number(named) !== about.fromVersion) return notVisible(`v${named} is not compared here`);
  if (about.scope.length === 0) return notVisible('the patch is not at hand');
  const changed = about.scope.filter(({ pair }) => pair.status !== 'unchanged' && pair.status !== 'rebased');
  const first = changed[0];
  if (first === undefined) {
    const how = about.scope.every(({ pair }) => pair.status === 'unchanged')
      ? 'same patch id'
      : 'same changes, other context';
    return supported(`${about.scope.map(label).join(', ')}: ${how}`);
  }
  if (/functional/i.test(body))
    return notVisible(`${label(first)} did change; whether its function did is not visible`);
  if (first.pair.status !== 'changed') {
    return about.patch === null && /^no\b/i.test(body)
      ? contradicted(`${label(first)} is ${first.pair.status}`)
      : notVisible(`${label(first)} has no counterpart`);
  }
  const line = [...first.appeared, ...first.vanished].find(isCode);
  if (!line) return notVisible(`${label(first)} changed in comments or white space only`);
  return contradicted(
    `${label(first)} changed in ${line.file}${line.inside ? `, ${line.inside}()` : ''}: ${line.text.trim()}`,
  );
}

function ruleOnNothingNew(body: string, { scope, toVersion }: PatchScope): Ruling | null {
  if (!/^no new (?:api|apis|functions?|exports?|exported functions?|symbols?)\b/i.test(body)) return null;
  const made = scope.flatMap(({ to }) =>
    to.filter((l) => l.kind === '+' && /^(?:EXPORT_SYMBOL|[A-Za-z_][\w\s*]*[\s*]\w+\()/.test(l.text)),
  );
  const first = made[0];
  if (first === undefined) return supported(`v${toVersion} adds no function, prototype or export`);
  return notVisible(`v${toVersion} adds ${first.text.trim()}`);
}

function ruleOnNoChangesTo(body: string, { all, toVersion }: PatchScope): Ruling | null {
  const rest = /^(?:no|without) (?:more |further |other )?changes? (?:to|in|for) (.{1,200})$/i.exec(body)?.[1];
  if (rest === undefined) return null;
  const files = filesIn(withoutReason(rest));
  if (files.length > 0) {
    const touched = all.filter(({ pair }) =>
      pair.to?.files.some((f) => files.some((name) => meansPath(name, pathOf(f)))),
    );
    if (touched.length === 0) return supported(`v${toVersion} does not touch ${files.join(', ')}`);
    const line = touched
      .flatMap((d) => [...d.appeared, ...d.vanished])
      .find((l) => isCode(l) && files.some((name) => meansPath(name, l.file)));
    return line
      ? contradicted(`${label(touched[0]!)} changes ${line.file}: ${line.text.trim()}`)
      : supported(`what it does to ${files.join(', ')} is the same as before`);
  }
  const names = identifiersIn(rest);
  if (names.length === 0) return null;
  const line = all
    .flatMap((d) => [...d.appeared, ...d.vanished])
    .find((l) => isCode(l) && l.inside !== null && names.includes(l.inside));
  return line
    ? contradicted(`${line.inside}() changed: ${line.text.trim()}`)
    : notVisible(`no change in ${names.join(', ')} is seen`);
}

function ruleOnNew(body: string, { all, scope, patch }: PatchScope): Ruling | null {
  const claims =
    /^(?:this is a )?\[?\(?new\)?\]?(?: in v\d+| in this (?:version|series))?[.!:]?$/i.test(body) ||
    /^(?:\[?new\]? (?:patch|commit)(?:es|s)?\b|(?:add(?:ed|s)?|introduced?|include[ds]?)(?: an?| one| two| three| \d)?(?: (?:new|additional|extra|separate|small|trivial|preparatory|prep|cleanup|fix|bugfix|another|missing)){0,2} ?patch(?:es)?\b(?! (?:description|message|log|title|changelog)))/i.test(
      body,
    );
  if (!claims) return null;
  const fresh = all.filter(({ pair }) => pair.status === 'new');
  const own = patch === null ? null : all.find(({ pair }) => pair.to?.patch.index === patch);
  if (own) {
    if (own.pair.status === 'new')
      return supported(`${label(own)} has no counterpart: ${own.pair.to?.patch.title ?? ''}`);
    if (own.pair.status === 'changed')
      return notVisible(`${label(own)} resembles patch ${own.pair.from?.patch.index} of the older version`);
    return contradicted(
      `${label(own)} is patch ${own.pair.from?.patch.index} of the older version, ${own.pair.status}`,
    );
  }
  const titled = byTitle(body, fresh, 'to');
  if (titled) return supported(`${label(titled)} has no counterpart: ${titled.pair.to?.patch.title ?? ''}`);
  if (fresh.length > 0)
    return supported(fresh.map((d) => `${label(d)} has no counterpart: ${d.pair.to?.patch.title ?? ''}`).join('; '));
  return scope.every(({ pair }) => pair.status === 'unchanged')
    ? contradicted('every patch was there before')
    : notVisible('no patch is without a counterpart');
}

function ruleOnDropped(body: string, { all, patch }: PatchScope): Ruling | null {
  const match =
    /^(?:drop(?:ped|s)?|remov(?:ed?|es)|squash(?:ed)?|merged?|folded?|split)\b(.{0,60}?)\bpatch(?:es)?\b(?! (?:description|message|log|title|changelog))(.{0,200})$/i.exec(
      body,
    );
  if (!match || /\bfrom\b|\bin\b/i.test(match[1]!) || identifiersIn(match[1]!).length > 0) return null;
  if (/^split/i.test(body)) {
    const own = patch === null ? undefined : all.find(({ pair }) => pair.to?.patch.index === patch);
    const made = own?.pair.status === 'new' ? [own] : all.filter(({ pair }) => pair.status === 'new');
    return made.length > 0
      ? supported(`new: ${made.map(label).join(', ')}`)
      : notVisible('no patch is without a counterpart');
  }
  const gone = all.filter(({ pair }) => pair.status === 'dropped');
  const title = titleIn(body);
  const named = byTitle(body, gone, 'from');
  const kept =
    title &&
    all.find(({ pair }) => pair.from?.patch.title.toLowerCase().includes(title) && pair.status === 'unchanged');
  if (kept) return contradicted(`it is still there, unchanged: ${label(kept)}`);
  const shown = named ? [named] : title ? [] : gone;
  if (shown.length > 0)
    return supported(shown.map((d) => `no counterpart of ${d.pair.from?.patch.title ?? ''}`).join('; '));
  return notVisible('every patch of the older version has a counterpart');
}

const MOVED =
  /^(?:(?:moved?|shift(?:ed)?|swapp?(?:ed)?|(?:re-?)?order(?:ed)?|rearranged?)(?: the)? patch(?:es)?\b(?! (?:description|message|log|title))|change[ds]? the order of (?:the )?patches\b|patch(?:es)? #?\d{1,3}(?:\/\d{1,3})?,? (?:(?:was|is|has been|got|now) ){0,3}(?:moved|now|became|becomes)\b)(.{0,120})$/i;

/** Decides `patch 3 moved to 5`, `moved patch 2 to the front`, `reordered the patches`. */
function ruleOnPlace(body: string, { all }: PatchScope): Ruling | null {
  if (!MOVED.test(body) || identifiersIn(body).length > 0) return null;
  const pairs = all.filter(({ pair }) => pair.from !== null && pair.to !== null);
  const place = (delta: CodeDelta): string =>
    `patch ${delta.pair.from?.patch.index} of the older version is ${delta.pair.to?.patch.index}`;
  const numbers = [...body.matchAll(/\b#?(\d{1,3})(?:\/\d{1,3})?\b/g)].map((m) => Number(m[1]));
  const [from, to] = numbers;
  if (from !== undefined && to !== undefined) {
    const found = pairs.find(({ pair }) => pair.from?.patch.index === from);
    if (found?.pair.to?.patch.index === to) return supported(place(found));
    return notVisible(found ? place(found) : `patch ${from} of the older version has no counterpart`);
  }
  // Patches that only slid because others came or went have not changed places.
  const order = pairs.map(({ pair }) => pair.from?.patch.index ?? 0);
  const ahead = pairs.find((_, i) => order.slice(i + 1).some((index) => index < (order[i] ?? 0)));
  return ahead ? supported(place(ahead)) : notVisible('the patches come in the same order');
}

/** A patch's title that a claim quotes, in lower case. */
function titleIn(body: string): string | undefined {
  return /["“'`](.{4,120})["”'`]/.exec(body)?.[1]?.toLowerCase();
}

function byTitle(body: string, deltas: readonly CodeDelta[], side: 'from' | 'to'): CodeDelta | undefined {
  const title = titleIn(body);
  return title === undefined
    ? undefined
    : deltas.find(({ pair }) => pair[side]?.patch.title.toLowerCase().includes(title));
}

const MESSAGE =
  /\b(?:commit (?:message|log|msg|description|subject|title|text)s?|patch (?:description|title|subject)s?|subject(?: line| prefix)?s?|commit description|changelog text|changelogs?)\b|\b(?:title|subject)s?(?: line)?(?: of the patch)?[.]?$/i;

function ruleOnMessage(body: string, { scope, patch }: PatchScope): Ruling | null {
  if (!MESSAGE.test(body.slice(0, 120)) || identifiersIn(body.slice(0, 40)).length > 0) return null;
  const noun =
    /^(?:some |minor |small |more |several |a few |various )*(?:commit (?:message|log)|changelog|description|title|subject)s? (?:changes?|updates?|fix(?:es)?|improvements?|tweaks?|cleanups?|clarifications?|typos?)\b/i;
  if (
    !noun.test(body) &&
    !/^(?:\w+ly )?(?:updat|improv|reword|fix|clarif|expand|rewr|rewor|chang|add|mention|correct|adjust|tweak|modif|better|refin|extend|shorten|drop|remov|edit|revis|amend|cleaned|clean)\w*/i.test(
      body,
    )
  )
    return null;
  const pairs = scope.filter(({ pair }) => pair.from !== null && pair.to !== null);
  const changed = pairs.find(
    ({ pair }) =>
      pair.from?.patch.title !== pair.to?.patch.title ||
      prose(pair.from?.patch.message) !== prose(pair.to?.patch.message),
  );
  if (changed) return supported(`the message of ${label(changed)} changed`);
  if (patch !== null && pairs.length === 1)
    return contradicted(`title and message of ${label(pairs[0]!)} are the same as before`);
  return notVisible('no message changed');
}

/** A message without its trailers, which change for other reasons. */
export function prose(message: string | undefined): string {
  return (message ?? '')
    .split('\n')
    .filter((line) => !/^[A-Za-z][A-Za-z-]{1,30}: /.test(line))
    .join('\n')
    .trim();
}
