/** See kill-rounds.mjs; a test does a few rounds of it. */
export function killRounds(options: {
  readonly dist: string;
  readonly folder: string;
  readonly delays: readonly number[];
  readonly onRound?: (round: number, acknowledged: number) => void;
}): Promise<{ readonly rounds: number; readonly acknowledged: number; readonly lost: number }>;
