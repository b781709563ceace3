import type { LockGraph } from '../../../review/index.ts';

/** A box of the picture: its middle and size, in units of the picture. */
export interface PlacedNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Where everything of a graph stands; in the order of its nodes and edges. */
export interface Placed {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  /** Points of Bézier curves, from the class that is held to the one that is taken: one, and three for each piece. */
  readonly edges: readonly (readonly (readonly [number, number])[])[];
}

/** Letters of a name that a box shows, and how wide one is (in inches, at 12 units). */
export const LETTERS = 34;
const LETTER = 0.102;
const UNITS = 72;

/** The graph as Graphviz reads it. Names of the tree are not in it: boxes have numbers and a size. */
export function dotOf({ nodes, edges }: Pick<LockGraph, 'nodes' | 'edges'>): string {
  const boxes = nodes.map((name, i) => `n${i}[width=${(Math.min(LETTERS, name.length) * LETTER + 0.2).toFixed(2)}];`);
  const lines = edges.map(({ held, taken }) => `n${held}->n${taken};`);
  const look =
    'rankdir=LR;nodesep=0.12;ranksep=0.7;node[shape=box,fixedsize=true,height=0.32,label=""];edge[arrowhead=none];';
  return `digraph{${look}${boxes.join('')}${lines.join('')}}`;
}

/** Reads what Graphviz answers in its `plain` form. */
export function readPlain(plain: string, { nodes, edges }: Pick<LockGraph, 'nodes' | 'edges'>): Placed | null {
  let size: readonly [number, number] = [0, 0];
  const placed = new Map<string, PlacedNode>();
  const curves = new Map<string, [number, number][]>();
  for (const line of plain.split('\n')) {
    const words = line.split(' ');
    const at = (i: number): number => Math.round(Number(words[i]) * UNITS * 10) / 10;
    const up = (i: number): number => Math.round((size[1] - at(i)) * 10) / 10;
    if (words[0] === 'graph') size = [at(2), at(3)];
    else if (words[0] === 'node') placed.set(words[1] ?? '', { x: at(2), y: up(3), width: at(4), height: at(5) });
    else if (words[0] === 'edge')
      curves.set(
        `${words[1]} ${words[2]}`,
        Array.from({ length: Number(words[3]) }, (_, i) => [at(4 + 2 * i), up(5 + 2 * i)]),
      );
  }
  const boxes = nodes.map((_, i) => placed.get(`n${i}`));
  const lines = edges.map(({ held, taken }) => curves.get(`n${held} n${taken}`) ?? []);
  if (boxes.includes(undefined)) return null;
  return { width: size[0], height: size[1], nodes: boxes as PlacedNode[], edges: lines };
}
