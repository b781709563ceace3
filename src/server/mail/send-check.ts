import { type FaultCode, fail, type Outcome, ok } from '../../outcome/index.ts';
import { claimParcel, delivered, givenUp, postponed, type Store, stopped, transact } from '../../store/index.ts';
import { checkParcel } from './parcels.ts';
import { addCheck, type Patchwork } from './patchwork.ts';

const LEASE = 180;
/** Seconds until the next try; patchwork takes a while to see a mail, so a patch that is not there yet is asked for too. */
const AGAIN: Readonly<Partial<Record<FaultCode, number>>> = { 'patchwork/away': 300, 'patchwork/no-patch': 1800 };
const TRIES = 12;

/** What came of one check, for the log. */
export interface SentCheck {
  readonly id: number;
  readonly act: 'sent' | 'there-already' | 'waits' | 'failed';
  readonly reason: string;
}

/** Sends the next check that is due to patchwork; null when none is due, or when sending is stopped. */
export async function sendNextCheck(
  store: Store,
  worker: string,
  server: Patchwork,
  signal: AbortSignal,
): Promise<Outcome<SentCheck | null>> {
  const claimed = await transact(store, async (tx) =>
    (await stopped(tx, 'patchwork')) === null ? claimParcel(tx, 'patchwork', worker, LEASE) : null,
  );
  if (!claimed.ok) return claimed;
  const parcel = claimed.value;
  if (parcel === null) return ok(null);
  const { id } = parcel;
  const read = checkParcel.safeParse(parcel.payload);
  const added = read.success
    ? await addCheck(server, read.data, signal)
    : fail('mail/parcel', 'a check of the outbox cannot be read', read.error.issues[0]?.message);
  const again = added.ok ? undefined : AGAIN[added.fault.code];
  const settled = await transact(store, async (tx): Promise<SentCheck> => {
    if (added.ok) {
      await delivered(tx, id, worker, { added: added.value });
      return { id, act: added.value ? 'sent' : 'there-already', reason: '' };
    }
    if (again !== undefined && parcel.attempt < TRIES) {
      await postponed(tx, id, worker, added.fault, again);
      return { id, act: 'waits', reason: added.fault.what };
    }
    await givenUp(tx, id, worker, 'failed', added.fault);
    return { id, act: 'failed', reason: added.fault.what };
  });
  return settled;
}
