import type { GraphEdge, LockGraph } from '../../../review/index.ts';
import type { ReportedLocks } from '../../../store/index.ts';

/** How an order of a graph looks: one order seen, both seen, or both and a stored review reports them. */
export type EdgeVerdict = 'one' | 'both' | 'reported';

/** An edge with its verdict, and the review that reports it. */
export interface JudgedEdge {
  readonly edge: GraphEdge;
  readonly verdict: EdgeVerdict;
  readonly review: ReportedLocks | null;
}

/** The words for each verdict. */
export const EDGE_WORDS: Readonly<Record<EdgeVerdict, string>> = {
  one: 'only this order seen',
  both: 'both orders seen',
  reported: 'both orders, and a review reports them',
};

/** Names of the classes of which both orders are seen: those that a stored review may speak of. */
export function doubtfulNames({ nodes, edges }: LockGraph): string[] {
  const ids = new Set(edges.filter((edge) => edge.reverse !== null).flatMap((edge) => [edge.held, edge.taken]));
  return [...ids].map((id) => nodes[id] as string);
}

/** Joins the orders of a graph with what stored reviews report. */
export function judgeEdges({ nodes, edges }: LockGraph, reported: readonly ReportedLocks[]): JudgedEdge[] {
  return edges.map((edge) => {
    if (edge.reverse === null) return { edge, verdict: 'one', review: null };
    const [held, taken] = [nodes[edge.held] as string, nodes[edge.taken] as string];
    const review = reported.find(({ locks }) => locks.includes(held) && locks.includes(taken)) ?? null;
    return { edge, verdict: review === null ? 'both' : 'reported', review };
  });
}
