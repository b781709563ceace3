import type { Finding, WitnessPath } from '../review/index.ts';
import { chainText } from './chain-text.ts';
import { clean, cleanLines } from './clean.ts';
import { wrap } from './display-width.ts';
import type { Paint } from './paint.ts';
import { answerPhrase, effect, KIND, many, statisticsSentence, VERDICT } from './words.ts';

/** Verdicts that need no action get a few lines; the others the whole proof. */
const BRIEF: ReadonlySet<string> = new Set(['fixed', 'transient', 'gated', 'pre-existing']);

/** Verdicts that say the series makes something worse. */
export const ALARMING: ReadonlySet<string> = new Set(['introduced', 'new-path']);

export interface FindingStyle {
  readonly width: number;
  readonly colors: Paint;
  /** Patches in the series, for `1/2`. */
  readonly total: number;
  /** Show the whole proof of every finding. */
  readonly all: boolean;
}

/** Paths that make the proof; further ones are named in a line, and shown with --all. */
const CYCLE = 2;

/** `The same order also from bind_store() and device_shutdown(); --all shows the chains.` */
function furtherPaths(paths: readonly WitnessPath[]): string {
  const names = [...new Set(paths.map((path) => `${path.chain[0]?.function ?? '?'}()`))];
  return `Further paths of this series begin at ${names.join(', ')}; --all shows them.`;
}

/** One finding for the terminal, without the number in front. */
export function findingText(finding: Finding, style: FindingStyle): string[] {
  const { colors, width } = style;
  const prose = (text: string) => wrap(clean(text, 2000), width);
  const locks = finding.locks.map((l) => clean(l)).join(' ⇄ ');
  const tone = ALARMING.has(finding.verdict) ? colors.bad : colors.good;
  const out = [
    `${colors.title(KIND[finding.kind])}: ${colors.title(locks)}`,
    ...wrap(VERDICT[finding.verdict], width).map(tone),
    ...prose(finding.summary),
    ...finding.perPatch.map((p) => effect(p, style.total, finding.kind)),
    ...finding.answered.flatMap((a) =>
      prose(`${a.by}${answerPhrase(a)}: “${a.quote}” (${a.messageId})`).map(colors.quiet),
    ),
  ];
  if (BRIEF.has(finding.verdict) && !style.all) return out;
  const proof = style.all ? finding.paths : finding.paths.slice(0, CYCLE);
  for (const path of proof) out.push('', ...pathText(path, width, colors));
  if (finding.paths.length > proof.length) out.push('', ...prose(furtherPaths(finding.paths.slice(proof.length))));
  if (finding.diagram !== '') out.push('', ...cleanLines(finding.diagram));
  const counted = statisticsSentence(finding.locks, finding.statistics);
  const closing = [
    ...(counted === null ? [] : prose(`Within single functions: ${counted}`)),
    ...assumptionsText(proof, prose),
    ...remainingSentences(finding).flatMap(prose),
    ...finding.notes.flatMap((note) => prose(note)),
    colors.quiet(`confidence ${Math.round(finding.confidence * 100)} %, ${clean(finding.fingerprint)}`),
  ];
  return [...out, '', ...closing];
}

/** One half of a proof: what it holds, what it waits for, the condition, the chain. */
export function pathText(path: WitnessPath, width: number, colors: Paint): string[] {
  const condition = path.condition === null ? '' : ` (with ${clean(path.condition)})`;
  const head = `${clean(path.holds)} held, then ${waitsFor(path.waits)}${condition}:`;
  return [...wrap(head, width), ...chainText(path, width - 2, colors).map((line) => `  ${line}`)];
}

function waitsFor(waits: string): string {
  if (waits === 'exit') return 'the function returns';
  if (waits === 'sleep') return 'something that may sleep';
  if (waits === 'forbidden') return 'a call that is forbidden then';
  if (waits === 'ctx:hardirq') return 'a hard interrupt may come';
  if (waits === 'ctx:softirq') return 'a softirq may come';
  return clean(waits);
}

function assumptionsText(paths: readonly WitnessPath[], prose: (text: string) => string[]): string[] {
  const all = [...new Set(paths.flatMap((p) => p.assumptions))];
  return all.flatMap((assumption) => prose(`Assumed: ${assumption}.`));
}

/** How much of the inverted order stays, and where its shortest path begins. */
export function remainingSentences(finding: Finding): string[] {
  const { remaining, closed } = finding.statistics;
  const from = finding.remaining[0]?.chain[0];
  if (remaining === 0) return closed > 0 ? [`${many(closed, 'path')} closed; none remains.`] : [];
  const example = from ? `, the shortest from ${from.function}() (${from.file}:${from.line})` : '';
  return [`${many(remaining, 'inverting path')} ${remaining === 1 ? 'remains' : 'remain'}${example}.`];
}
