import type { Engine } from '../review/index.ts';
import type { HttpEdge } from '../sources/index.ts';

/** A stream that text is written to, and what is known about it. */
export interface Sink {
  readonly write: (text: string) => void;
  readonly isTerminal: boolean;
  /** Columns, when it is a terminal. */
  readonly columns: number | undefined;
}

/** Everything a command takes from the process, so that a test can hand it something else. */
export interface Surroundings {
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly stdin: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly home: string;
  readonly cores: number;
  /** Today as an ISO date, for what expires. */
  readonly today: string;
  /** Version of the program. */
  readonly version: string;
  /** The review room; loaded only by the commands that use it. */
  readonly engine: () => Promise<Engine>;
  /** The room of sources; loaded only when something is to be fetched. */
  readonly sources: () => Promise<typeof import('../sources/index.ts')>;
  /** Settles when the process is asked to end (SIGTERM, Ctrl-C), for commands that run until then. */
  readonly stopped?: () => Promise<string>;
  /** Network, clock and waiting, for fetching. */
  readonly http: HttpEdge;
}
