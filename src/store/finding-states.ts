import type { FindingRow } from './tables.ts';

/** What one version of a series was found to have. */
export interface VersionFindings {
  readonly version: number;
  /** Fingerprints of the findings that count against it. */
  readonly charges: ReadonlySet<string>;
}

/** Where a finding stands at one version. */
export interface FindingState {
  readonly state: NonNullable<FindingRow['state']>;
  /** The version since which it stands so. */
  readonly since: number;
}

/**
 * Follows findings over the reviewed versions of one series, from the oldest to the newest: `new` where it comes up first,
 * `still` in the versions after that (since the version in which it came up), `fixed` in the first version without it,
 * `back` where it comes up again. Gives the states of each version by fingerprint.
 *
 * @example
 * const states = findingStates([{ version: 1, charges: new Set(['a']) }, { version: 2, charges: new Set() }]);
 * states[1]?.get('a'); // { state: 'fixed', since: 2 }
 */
export function findingStates(versions: readonly VersionFindings[]): ReadonlyMap<string, FindingState>[] {
  const open = new Map<string, number>();
  const closed = new Set<string>();
  return versions.map(({ version, charges }) => {
    const states = new Map<string, FindingState>();
    for (const fingerprint of open.keys()) {
      if (charges.has(fingerprint)) continue;
      states.set(fingerprint, { state: 'fixed', since: version });
      open.delete(fingerprint);
      closed.add(fingerprint);
    }
    for (const fingerprint of charges) {
      const since = open.get(fingerprint);
      if (since !== undefined) states.set(fingerprint, { state: 'still', since });
      else {
        states.set(fingerprint, { state: closed.has(fingerprint) ? 'back' : 'new', since: version });
        open.set(fingerprint, version);
      }
    }
    return states;
  });
}
