import type { FC } from 'hono/jsx';
import type { LockGraph } from '../../../review/index.ts';
import { line } from '../words.ts';
import { classAddress, pairAddress } from './addresses.ts';
import { EDGE_WORDS, type EdgeVerdict, type JudgedEdge } from './edge-verdicts.ts';
import { LETTERS, type Placed } from './graph-layout.ts';

const VERDICTS = Object.keys(EDGE_WORDS) as EdgeVerdict[];

/** The picture of a part of the tree: boxes are lock classes, arrows go from the one that is held to the one taken. */
export const GraphDrawing: FC<{ graph: LockGraph; edges: readonly JudgedEdge[]; placed: Placed }> = (props) => {
  const { graph, edges, placed } = props;
  const margin = 6;
  const [width, height] = [placed.width + 2 * margin, placed.height + 2 * margin];
  return (
    <div class="graph">
      <p class="zoom">
        <button type="button" data-zoom="0.8" hidden>
          Closer
        </button>{' '}
        <button type="button" data-zoom="1.25" hidden>
          Farther
        </button>
      </p>
      <svg
        viewBox={`${-margin} ${-margin} ${width} ${height}`}
        width={Math.ceil(width)}
        role="img"
        aria-label={`Lock orders of ${line(graph.area.name, 100)}; the table below has the same`}
      >
        <defs>
          {VERDICTS.map((verdict) => (
            <marker
              id={`to-${verdict}`}
              class={verdict}
              viewBox="0 0 8 8"
              refX="7.5"
              refY="4"
              markerWidth="8"
              markerHeight="8"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0 8 4 0 8z" />
            </marker>
          ))}
        </defs>
        {edges.map((judged, i) => (
          <Arrow judged={judged} nodes={graph.nodes} points={placed.edges[i] ?? []} />
        ))}
        {graph.nodes.map((name, i) => (
          <Box name={name} at={placed.nodes[i]} />
        ))}
      </svg>
    </div>
  );
};

const Arrow: FC<{
  judged: JudgedEdge;
  nodes: readonly string[];
  points: readonly (readonly [number, number])[];
}> = ({ judged: { edge, verdict }, nodes, points }) => {
  const [first, ...rest] = points;
  if (first === undefined) return null;
  const curve = `M${first.join(' ')}C${rest.map((point) => point.join(' ')).join(' ')}`;
  const [held, taken] = [nodes[edge.held] ?? '', nodes[edge.taken] ?? ''];
  const how =
    edge.calls > 0
      ? `${edge.calls} ${edge.calls === 1 ? 'call' : 'calls'} apart`
      : `${edge.sites} in ${edge.files} ${edge.files === 1 ? 'file' : 'files'}`;
  return (
    <a href={pairAddress(held, taken)} tabindex={-1}>
      <title>{`${line(held, 120)} held, then ${line(taken, 120)}: ${how}, ${EDGE_WORDS[verdict]}`}</title>
      <path class="reach" d={curve} />
      <path
        class={`edge ${verdict}${edge.calls > 0 ? ' called' : ''}`}
        d={curve}
        marker-end={`url(#to-${verdict})`}
        stroke-width={(1 + Math.min(3, Math.log2(Math.max(1, edge.sites)) / 2)).toFixed(1)}
      />
    </a>
  );
};

const Box: FC<{ name: string; at: Placed['nodes'][number] | undefined }> = ({ name, at }) =>
  at === undefined ? null : (
    <a href={classAddress(name)} tabindex={-1}>
      <title>{line(name, 200)}</title>
      <rect class="node" x={at.x - at.width / 2} y={at.y - at.height / 2} width={at.width} height={at.height} rx={4} />
      <text x={at.x} y={at.y + 4} text-anchor="middle">
        {line(name, LETTERS)}
      </text>
    </a>
  );
