import type { Explanation, WitnessPath } from '../review/index.ts';
import { clean } from './clean.ts';
import { wrap } from './display-width.ts';
import { type Paint, paint } from './paint.ts';
import { coverageText } from './text-coverage.ts';
import { pathText } from './text-finding.ts';
import { many, order } from './words.ts';

/**
 * What `abbot explain A B` prints on a terminal: every path found for the pair, in both directions, cheapest first.
 *
 * @example
 * process.stdout.write(renderExplain(explanation, { width: 80, color: false }));
 */
export function renderExplain(
  explanation: Explanation,
  options: { readonly width: number; readonly color: boolean },
): string {
  const colors = paint(options.color);
  const width = Math.max(options.width, 40);
  const [a, b] = explanation.locks;
  const { forward, reverse } = explanation.statistics;
  return `${[
    ...direction(a, b, explanation.forward, order(clean(a), clean(b), forward), width, colors),
    '',
    ...direction(b, a, explanation.reverse, order(clean(b), clean(a), reverse), width, colors),
    '',
    ...wrap(conclusion(explanation), width),
    '',
    ...coverageText(explanation.coverage, width, colors, true),
  ].join('\n')}\n`;
}

function direction(
  from: string,
  to: string,
  paths: readonly WitnessPath[],
  counted: string,
  width: number,
  colors: Paint,
): string[] {
  const title = colors.title(
    `${clean(from)} → ${clean(to)}: ${paths.length === 0 ? 'no path found' : many(paths.length, 'path')}`,
  );
  return [
    title,
    ...wrap(`Within single functions: ${counted}.`, width).map(colors.quiet),
    ...paths.flatMap((p) => ['', ...numbered(p, width, colors)]),
  ];
}

function numbered(path: WitnessPath, width: number, colors: Paint): string[] {
  return [
    ...pathText(path, width, colors),
    ...path.assumptions.flatMap((a) =>
      wrap(`Assumed: ${clean(a, 600)}.`, width - 2).map((line) => colors.quiet(`  ${line}`)),
    ),
  ];
}

function conclusion(explanation: Explanation): string {
  const both = explanation.forward.length > 0 && explanation.reverse.length > 0;
  if (both) return 'Both orders exist: where both paths can run at once on the same objects, they can deadlock.';
  if (explanation.forward.length + explanation.reverse.length === 0)
    return 'Neither order was found in what could be seen.';
  return 'Only one order was found in what could be seen.';
}
