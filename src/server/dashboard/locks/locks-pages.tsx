import type { Context } from 'hono';
import type { Child } from 'hono/jsx';
import type { Fault, Outcome } from '../../../outcome/index.ts';
import type { Atlas, AtlasState } from '../../../review/index.ts';
import { attempt, reportedWith } from '../../../store/index.ts';
import type { WebEnv } from '../../part.ts';
import type { Desk, Pages } from '../part.tsx';
import { line } from '../words.ts';
import { lineOf, textOf } from './addresses.ts';
import { ClassPage } from './class-page.tsx';
import { doubtfulNames, judgeEdges } from './edge-verdicts.ts';
import { AreasPage, GraphPage } from './graph-page.tsx';
import { type LayOut, layoutDesk } from './layout-desk.ts';
import { PairPage } from './pair-page.tsx';
import { SearchPage } from './search-page.tsx';
import { SourcePage } from './source-page.tsx';
import { NoTree, Refused, refusalOf } from './standing.tsx';

/** A page that is ready: its title and what stands in it. */
interface Ready {
  readonly title: string;
  readonly content: Child;
}

/** Makes the page of a request, or says why not. */
type Maker = (atlas: Atlas, search: URLSearchParams, c: Context<WebEnv>) => Promise<Outcome<Ready>>;

/**
 * The pages of the area Locks, over the atlas of a tree; null when the server knows no tree, which they then say.
 *
 * @example
 * const part = dashboard({ version, pages: [locksPages(openAtlas({ ...request, tree, now: Date.now }))], viewer });
 */
export function locksPages(atlas: Atlas | null): Pages {
  const layOut = layoutDesk();
  return (app, desk) => {
    const add = (path: string, make: Maker): void => {
      app.get(path, async (c) => {
        if (atlas === null) return desk.page(c, { title: 'Locks', area: 'locks' }, <NoTree />, 404);
        const url = new URL(c.req.url);
        const made = await make(atlas, url.searchParams, c);
        if (made.ok) return desk.page(c, { title: made.value.title, area: 'locks' }, made.value.content);
        return refuse(desk, c, made.fault, atlas.state(), url.pathname + url.search);
      });
    };
    add('/locks', searchLocks);
    add('/locks/class/:name{.+}', showClass);
    add('/locks/pair', showPair);
    add('/locks/graph', (own, search) => showGraph(desk, layOut, own, search));
    add('/source', showSource);
  };
}

function refuse(desk: Desk, c: Context<WebEnv>, fault: Fault, state: AtlasState, here: string): Promise<Response> {
  const { status, title } = refusalOf(fault);
  if (status === 503) c.header('retry-after', '5');
  return desk.page(c, { title, area: 'locks' }, <Refused fault={fault} state={state} here={here} />, status);
}

/** An answer as a page. */
function show<T>(found: Outcome<T>, page: (value: T) => Ready): Outcome<Ready> {
  return found.ok ? { ok: true, value: page(found.value) } : found;
}

const searchLocks: Maker = async (atlas, search) => {
  const q = textOf(search, 'q').slice(0, 200);
  return show(await atlas.search(q), (found) => ({
    title: 'Locks',
    content: <SearchPage view={{ q, found, state: atlas.state() }} />,
  }));
};

const showClass: Maker = async (atlas, search, c) => {
  const name = (c.req.param('name') ?? '').slice(0, 1000);
  const found = await atlas.orders(name);
  const reach = found.ok && search.get('calls') === '1' ? await atlas.reach(name) : null;
  if (reach && !reach.ok) return reach;
  return show(found, (orders) => ({
    title: line(name, 120),
    content: <ClassPage view={{ orders, reach: reach?.value ?? null, state: atlas.state() }} />,
  }));
};

const showPair: Maker = async (atlas, search) => {
  const [a, b] = [textOf(search, 'a'), textOf(search, 'b')];
  const title = a !== '' && b !== '' ? `${line(a, 80)} and ${line(b, 80)}` : 'Two lock classes';
  if (a === '' || b === '') {
    const content = <PairPage view={{ a, b, explained: null, state: atlas.state() }} />;
    return { ok: true, value: { title, content } };
  }
  return show(await atlas.pair(a, b), (explained) => ({
    title,
    content: <PairPage view={{ a, b, explained, state: atlas.state() }} />,
  }));
};

async function showGraph(desk: Desk, layOut: LayOut, atlas: Atlas, search: URLSearchParams): Promise<Outcome<Ready>> {
  const [area, q] = [textOf(search, 'area'), textOf(search, 'q').slice(0, 200)];
  if (area === '')
    return show(await atlas.areas(q), (found) => ({
      title: 'Lock orders of a subsystem',
      content: <AreasPage view={{ q, found, state: atlas.state() }} />,
    }));
  const found = await atlas.graph(area);
  if (!found.ok) return found;
  const graph = found.value;
  const { store } = desk.host;
  const [placed, reported] = await Promise.all([
    graph.edges.length > 0 ? layOut(graph) : null,
    attempt(store, () => reportedWith(store, doubtfulNames(graph))),
  ]);
  if (!reported.ok) return reported;
  const view = { graph, edges: judgeEdges(graph, reported.value), placed, state: atlas.state() };
  return { ok: true, value: { title: line(graph.area.name, 120), content: <GraphPage view={view} /> } };
}

const showSource: Maker = async (atlas, search) => {
  const [path, wanted] = [textOf(search, 'file'), lineOf(search)];
  return show(await atlas.source(path, wanted), (source) => ({
    title: `${line(path, 120)}:${wanted}`,
    content: <SourcePage view={{ source, line: wanted, state: atlas.state() }} />,
  }));
};
