import type { RulePath } from './read.ts';
import type {
  CallbackShape,
  ClassRule,
  ContextTest,
  ForbiddenCall,
  GuardApi,
  Handover,
  Hub,
  LockApi,
  LockFamily,
  ObjectRegistration,
  OpaquePath,
  OrderRule,
  Registration,
  Sleeper,
  SlotContext,
  SlotFollows,
  SlotRule,
  Suppression,
  Transparent,
} from './rule.ts';

/** A guard before its family's `sleeps` is known. */
export type GuardPiece = Omit<GuardApi, 'sleeps'>;

/** What a piece of each kind holds. */
export interface PieceValues {
  readonly family: LockFamily;
  readonly lock: LockApi;
  readonly guard: GuardPiece;
  readonly container: string;
  readonly transparent: Transparent;
  readonly slot: SlotRule;
  readonly registration: Registration;
  readonly 'object-registration': ObjectRegistration;
  readonly 'callback-shape': CallbackShape;
  readonly 'slot-follows': SlotFollows;
  readonly 'slot-context': SlotContext;
  readonly sleeper: Sleeper;
  readonly 'sleeping-flag': string;
  readonly 'flag-keeper': string;
  readonly 'context-test': ContextTest;
  readonly handover: Handover;
  readonly hub: Hub;
  readonly order: OrderRule;
  readonly forbidden: ForbiddenCall;
  readonly class: ClassRule;
  readonly 'no-return': string;
  readonly opaque: OpaquePath;
  readonly suppression: Suppression;
}

/** One rule of one file with its defaults filled in. `key` is what must be unique among pieces of its kind. */
export type Piece = {
  [K in keyof PieceValues]: {
    readonly kind: K;
    readonly key: string;
    readonly path: RulePath;
    readonly value: PieceValues[K];
  };
}[keyof PieceValues];

/** Calls `use` for one name, or for each of several, with its place in the file. */
export function each(
  names: string | readonly string[],
  path: RulePath,
  use: (name: string, path: RulePath) => void,
): void {
  if (typeof names === 'string') use(names, path);
  else for (const [i, name] of names.entries()) use(name, [...path, i]);
}
