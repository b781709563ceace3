import type { Surroundings } from '../../src/cli/index.ts';
import { type Outcome, ok } from '../../src/outcome/index.ts';
import type { Engine, Review } from '../../src/review/index.ts';
import { explanation, richReview } from '../report/fixtures.ts';

/** A process that keeps what is written to it, and an engine that answers from values and remembers what it was asked. */
export interface Recorded {
  readonly to: Surroundings;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly asked: unknown[];
}

export function record(
  given: Partial<Pick<Surroundings, 'env' | 'cwd' | 'home' | 'stdin'>> & {
    review?: Outcome<Review>;
    terminal?: boolean;
    crash?: Error;
  } = {},
): Recorded {
  let stdout = '';
  let stderr = '';
  const asked: unknown[] = [];
  const answer =
    <A, T>(value: Outcome<T>) =>
    async (request: A): Promise<Outcome<T>> => {
      asked.push(request);
      if (given.crash) throw given.crash;
      (request as { onProgress?: (e: { phase: string; done: number; total: number }) => void }).onProgress?.({
        phase: 'index',
        done: 1,
        total: 2,
      });
      return value;
    };
  const { lineage, comparison } = richReview;
  const engine: Engine = {
    runReview: answer(given.review ?? ok(richReview)),
    runCompare: answer(ok({ lineage, comparison })),
    runExplain: answer(ok(explanation)),
    runIndex: answer(
      ok({
        files: 3,
        functions: 20,
        callSites: 40,
        lockSites: 5,
        classes: 2,
        unresolved: 1,
        slots: 4,
        seconds: 0.5,
        bytes: 1_500_000,
        leftOut: {
          symlinks: ['a.h', 'b.h', 'c.h'],
          submodules: [],
          skipped: ['include/generated'],
          tooLarge: [],
          unreadable: [],
        },
      }),
    ),
    runRulesCheck: answer(
      ok({
        hash: 'h',
        entries: [{ kind: 'locks', count: 3 }],
        errors: [
          "mine/a.yaml:3:5: error: unknown key 'aquire'; write 'acquire'",
          'mine/b.yaml:1:1: error: empty; add it',
        ],
        warnings: [],
        unmatched: null,
      }),
    ),
  };
  const isTerminal = given.terminal === true;
  const to: Surroundings = {
    stdout: { write: (text) => (stdout += text), isTerminal, columns: isTerminal ? 100 : undefined },
    stderr: { write: (text) => (stderr += text), isTerminal, columns: isTerminal ? 100 : undefined },
    stdin: given.stdin ?? (async function* () {})(),
    env: given.env ?? {},
    cwd: given.cwd ?? '/nowhere',
    home: given.home ?? '/nowhere',
    cores: 2,
    today: '2026-01-31',
    version: '0.1.0',
    engine: async () => engine,
    sources: () => import('../../src/sources/index.ts'),
    http: { fetch: globalThis.fetch, now: () => Date.parse('2026-01-31T12:00:00Z'), sleep: async () => {} },
  };
  return { to, stdout: () => stdout, stderr: () => stderr, asked };
}
