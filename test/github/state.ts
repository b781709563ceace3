// What the fake knows. Plain data that tests may look at and change; ids count up from fixed numbers.

export interface FakePull {
  readonly number: number;
  readonly id: number;
  title: string;
  body: string | null;
  readonly author: string;
  state: 'open' | 'closed';
  draft: boolean;
  head: { ref: string; sha: string; repository: string | null };
  base: { ref: string; sha: string };
}

export interface FakeComment {
  readonly id: number;
  readonly number: number;
  body: string;
  readonly user: string;
  /** The App that wrote it, or null for a person. */
  readonly app: number | null;
  edits: number;
  readonly reactions: { readonly content: string; readonly user: string }[];
}

export interface FakeAnnotation {
  readonly path: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly annotation_level: string;
  readonly message: string;
}

export interface FakeCheckRun {
  readonly id: number;
  readonly headSha: string;
  readonly name: string;
  readonly app: number;
  externalId: string;
  status: string;
  conclusion: string | null;
  detailsUrl: string | null;
  output: { title: string | null; summary: string | null; text: string | null };
  readonly annotations: FakeAnnotation[];
  updates: number;
}

export interface FakeRepository {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  readonly folder: string;
  readonly pulls: Map<number, FakePull>;
  readonly comments: FakeComment[];
  readonly checkRuns: FakeCheckRun[];
  /** Login → what they may do; who is not here may read. */
  readonly permissions: Map<string, 'admin' | 'write' | 'read'>;
  gone: boolean;
}

/** One webhook that was sent, or tried to. */
export interface FakeDelivery {
  readonly id: number;
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly payload: unknown;
  readonly redelivery: boolean;
  readonly repository: number | null;
  statusCode: number;
}
