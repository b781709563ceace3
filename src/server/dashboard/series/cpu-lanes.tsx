import type { FC } from 'hono/jsx';
import type { Finding } from '../../../review/index.ts';
import { line } from '../words.ts';
import { type Lane, type LaneEvent, layLanes } from './lanes.ts';

/** Measures of the drawing, in its own units. */
const ROW = 22;
const TOP = 34;
const WIDE = 430;
const BAR = 12;
const INDENT = 10;
const LETTERS = 46;

/** The proof as a drawing: two lanes, time downwards, held locks as bars, and the waits that cross. */
export const CpuLanes: FC<{ finding: Finding }> = ({ finding }) => {
  const drawn = layLanes(finding);
  if (drawn === null) return null;
  const width = drawn.lanes.length * WIDE;
  const height = TOP + drawn.rows * ROW + 24;
  const id = `lanes-${hash(finding.fingerprint)}`;
  return (
    <svg class="lanes" viewBox={`0 0 ${width} ${height}`} width={width} role="img" aria-labelledby={`${id}-t ${id}-d`}>
      <title
        id={`${id}-t`}
      >{`How ${finding.locks.map((name) => line(name, 80)).join(' and ')} block each other`}</title>
      <desc id={`${id}-d`}>{drawn.lanes.map(inWords).join(' ')}</desc>
      <defs>
        <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
          <path class="point" d="M0 0 8 4 0 8z" />
        </marker>
      </defs>
      {drawn.lanes.map((lane, i) => (
        <LaneDrawing lane={lane} index={i} height={height} />
      ))}
      {drawn.lanes.map((lane, i) => (
        <Wait lane={lane} index={i} others={drawn.lanes} />
      ))}
    </svg>
  );
};

const LaneDrawing: FC<{ lane: Lane; index: number; height: number }> = ({ lane, index, height }) => {
  const left = index * WIDE;
  const [from, to] = lane.held;
  return (
    <g>
      <text class="head" x={left + 8} y={16}>
        {line(lane.name, LETTERS)}
      </text>
      <line class="lane" x1={left + 8} y1={24} x2={left + WIDE - 16} y2={24} />
      {index === 0 ? null : <line class="lane" x1={left - 4} y1={4} x2={left - 4} y2={height - 4} />}
      <rect
        class={`held${index % 2 === 1 ? ' second' : ''}`}
        x={left + 8}
        y={TOP + from * ROW}
        width={BAR}
        height={(to - from + 1) * ROW}
        rx={3}
      >
        <title>{`${line(lane.holds, 120)} is held`}</title>
      </rect>
      {lane.events.map((event) => (
        <text class={event.kind === 'wait' ? 'stuck' : undefined} x={textAt(left, event)} y={yOf(event) + 4}>
          {line(event.text, LETTERS - event.depth)}
        </text>
      ))}
      <text x={left + 8} y={height - 6}>
        {line(`holds ${lane.holds}`, LETTERS)}
      </text>
    </g>
  );
};

/** From the call that waits to the bar of the lock it waits for. */
const Wait: FC<{ lane: Lane; index: number; others: readonly Lane[] }> = ({ lane, index, others }) => {
  const at = others.findIndex((other, i) => i !== index && other.holds === lane.waits);
  const event = lane.events.at(-1);
  if (at < 0 || event === undefined || event.kind !== 'wait') return null;
  const y = yOf(event);
  const begins =
    at > index ? textAt(index * WIDE, event) + line(event.text, LETTERS).length * 7.3 : textAt(index * WIDE, event) - 4;
  const ends = at * WIDE + 8 + (at > index ? 0 : BAR);
  return <path class="wait" d={`M${begins} ${y}H${ends}`} />;
};

function textAt(left: number, event: LaneEvent): number {
  return left + 8 + BAR + 8 + Math.min(event.depth, 14) * INDENT;
}

function yOf(event: LaneEvent): number {
  return TOP + event.row * ROW + ROW / 2;
}

function inWords(lane: Lane): string {
  const wait = lane.events.at(-1);
  return `${line(lane.name, 100)} holds ${line(lane.holds, 100)} and in ${line(wait?.text ?? '', 100)} waits for ${line(lane.waits, 100)}.`;
}

/** A short name for the ids inside one drawing. */
function hash(text: string): string {
  let sum = 5381;
  for (const letter of text) sum = ((sum * 33) ^ (letter.codePointAt(0) ?? 0)) >>> 0;
  return sum.toString(36);
}
