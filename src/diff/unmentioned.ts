import { prose } from './claim-patches.ts';
import { newTrailers, sameTrailer } from './claim-tags.ts';
import { claimsBetween, type Grounds } from './claims.ts';
import { type CodeDelta, isCode, mentions, type PlacedLine } from './code-delta.ts';
import { rewrittenAs } from './rewritten.ts';

/** So many calls are named before the rest is counted. */
const NAMED = 6;

/**
 * What changed between two versions that no bullet of the changelog speaks of, one line each: patches, functions and the
 * calls in them, messages, tags.
 */
export function unmentioned(grounds: Grounds): string[] {
  const { from, to, deltas } = grounds;
  const bullets = claimsBetween(grounds).map(({ bullet }) => bullet);
  return deltas.flatMap((delta) => {
    const { pair } = delta;
    const index = (pair.to ?? pair.from)?.patch.index ?? 0;
    const name = pair.to ? `${index}/${to.patches.length}` : `v${from.version} ${index}/${from.patches.length}`;
    const text = bullets
      .filter((b) => b.patch === null || b.patch === index)
      .map((b) => b.text)
      .join('\n');
    const own = bullets.some((b) => b.patch === index);
    if (rewrittenAs(delta, deltas) !== null && /\bre-?(?:work|writ|wrote|design|implement|factor)/i.test(text))
      return [];
    if (pair.status === 'new')
      return own || /\bnew\b.{0,40}\bpatch|\bsplit|\badd\w* .{0,30}patch/i.test(text)
        ? []
        : [`${name} is new: ${pair.to?.patch.title ?? ''}`];
    if (pair.status === 'dropped')
      return /\b(?:drop|remov|squash|merg|fold)\w*\b.{0,60}\bpatch/i.test(text)
        ? []
        : [`${name} is gone: ${pair.from?.patch.title ?? ''}`];
    return [...messageChanges(delta, name, text), ...codeChanges(delta, name, text), ...tagChanges(delta, name, text)];
  });
}

function messageChanges({ pair }: CodeDelta, name: string, text: string): string[] {
  const [a, b] = [pair.from?.patch, pair.to?.patch];
  if (!a || !b || /\b(?:message|subject|description|title|commit log)\b/i.test(text)) return [];
  if (a.title !== b.title) return [`${name}: the title was "${a.title}"`];
  const changed = prose(a.message) !== prose(b.message);
  return changed && pair.status !== 'changed' ? [`${name}: the commit message changed, the code did not`] : [];
}

function codeChanges(delta: CodeDelta, name: string, text: string): string[] {
  if (delta.pair.status !== 'changed') return [];
  const groups = new Map<
    string,
    { file: string; inside: string | null; appeared: PlacedLine[]; vanished: PlacedLine[] }
  >();
  for (const side of ['appeared', 'vanished'] as const) {
    for (const line of delta[side].filter(isCode)) {
      const key = `${line.file}\0${line.inside ?? ''}`;
      const group = groups.get(key) ?? { file: line.file, inside: line.inside, appeared: [], vanished: [] };
      group[side].push(line);
      groups.set(key, group);
    }
  }
  return [...groups.values()].flatMap((group) => {
    const where = `${name} ${group.inside ? `${group.inside}()` : group.file}`;
    const lines = [...group.appeared, ...group.vanished];
    // Who names the function has spoken of what is in it.
    if (group.inside !== null && mentions({ text }, group.inside)) return [];
    const said =
      text.includes(group.file.slice(group.file.lastIndexOf('/') + 1)) ||
      lines.some((line) =>
        [...line.text.matchAll(/\b[A-Za-z_]\w{0,99}\b\(?/g)].some(
          ([word]) => /[_(]/.test(word) && mentions({ text }, word.replace('(', '')),
        ),
      );
    const calls = netCalls(group.appeared, group.vanished).filter(({ call }) => !text.includes(call));
    if (calls.length > 0) {
      const added = calls.filter((c) => c.net > 0).map((c) => `${c.call}()`);
      const removed = calls.filter((c) => c.net < 0).map((c) => `${c.call}()`);
      const parts = [
        added.length > 0 ? `added ${list(added)}` : '',
        removed.length > 0 ? `removed ${list(removed)}` : '',
      ];
      return [`${where}: ${parts.filter((p) => p !== '').join('; ')}`];
    }
    if (said) return [];
    return [`${where}: ${group.appeared.length} lines came, ${group.vanished.length} went`];
  });
}

const list = (names: string[]): string =>
  names.length > NAMED ? `${names.slice(0, NAMED).join(', ')} and ${names.length - NAMED} more` : names.join(', ');

const KEYWORDS = new Set([
  'if',
  'for',
  'while',
  'switch',
  'return',
  'sizeof',
  'defined',
  'typeof',
  '__attribute__',
  'do',
]);

/** How often each called name came more than it went; balanced ones are left out. */
function netCalls(appeared: readonly PlacedLine[], vanished: readonly PlacedLine[]): { call: string; net: number }[] {
  const counts = new Map<string, number>();
  for (const [lines, sign] of [
    [appeared, 1],
    [vanished, -1],
  ] as const) {
    for (const line of lines) {
      // A head at the margin defines or declares; only indented lines call.
      if (!/^\s/.test(line.text)) continue;
      for (const [, call] of line.text.matchAll(/\b([A-Za-z_]\w{0,99})\(/g))
        if (!KEYWORDS.has(call!)) counts.set(call!, (counts.get(call!) ?? 0) + sign);
    }
  }
  return [...counts].filter(([, net]) => net !== 0).map(([call, net]) => ({ call, net }));
}

function tagChanges(delta: CodeDelta, name: string, text: string): string[] {
  const [a, b] = [delta.pair.from?.patch, delta.pair.to?.patch];
  if (!a || !b) return [];
  const isSaid = (key: string, value: string): boolean => {
    const person = value.split(/[<#(]/)[0]!.trim();
    const short = key
      .split('-')
      .map((part) => part[0])
      .join('-')
      .replace(/-(\w)$/, (_, l: string) => `-${l.toLowerCase()}`);
    return (
      new RegExp(key.replace(/[^\w-]/g, ''), 'i').test(text) ||
      text.includes(short) ||
      /\b(?:tags|trailers)\b/i.test(text) ||
      (/^suggested-by$/i.test(key) && person !== '' && text.includes(person))
    );
  };
  const gained = newTrailers([delta.pair], b).filter((t) => !isSaid(t.key, t.value));
  const lost = a.trailers.filter((t) => !b.trailers.some((o) => sameTrailer(o, t)) && !isSaid(t.key, t.value));
  return [
    ...gained.map((t) => `${name}: new ${t.key}: ${t.value}`),
    ...lost.map((t) => `${name}: gone ${t.key}: ${t.value}`),
  ];
}
