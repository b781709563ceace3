import type { Fault, FaultCode } from '../outcome/index.ts';

/** Of a text of a driver: what may hold a secret is taken out. */
export function withoutSecrets(text: string): string {
  return text.replace(/(postgres(?:ql)?:\/\/[^:/@\s]{0,200}):[^@\s]{0,500}@/gi, '$1:…@');
}

/** Codes of the operating system for a server that is not reached; the connection may come back. */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);
/** What the client library says without a code when the connection ends under it. */
const ENDED =
  /^(?:Connection terminated|Client has encountered a connection error|timeout expired|timeout exceeded when trying to connect|Client was closed|Query read timeout)/i;

/** Classes and codes of SQLSTATE (appendix A of the PostgreSQL manual), the longer ones first. */
const STATES: readonly (readonly [string, FaultCode, string])[] = [
  ['57P', 'store/away', 'the database is shutting down or starting'],
  ['08', 'store/away', 'the connection to the database was lost'],
  ['53300', 'store/away', 'the database takes no more connections'],
  ['53100', 'store/full', 'the disk of the database is full'],
  ['53', 'store/away', 'the database has run out of something it needs'],
  ['28', 'store/refused', 'the database refuses the user or the password'],
  ['3D000', 'store/refused', 'there is no database of that name'],
  ['42501', 'store/refused', 'the user of the database may not do that'],
  ['25006', 'store/refused', 'the database can only be read'],
  ['XX001', 'store/damaged', 'the database is damaged'],
  ['XX002', 'store/damaged', 'the database is damaged'],
];

/** What a driver threw, as a fault; null when it is none of the expected ones, and so a bug. */
export function databaseFault(error: unknown, shown: string): Fault | null {
  if (!(error instanceof Error)) return null;
  const inner = error instanceof AggregateError ? (error.errors[0] as unknown) : undefined;
  const told = inner instanceof Error && error.message === '' ? inner : error;
  const code = String((told as { code?: unknown }).code ?? '');
  const fault = (kind: FaultCode, what: string): Fault => ({
    code: kind,
    what: `${what} (${shown})`,
    why: withoutSecrets(told.message),
  });
  if (AWAY.has(code) || ENDED.test(told.message)) return fault('store/away', 'the database does not answer');
  if (code === 'ENOSPC' || /no space left on device/i.test(told.message))
    return fault('store/full', 'the disk of the database is full');
  const state = STATES.find(([begin]) => code.startsWith(begin));
  return state ? fault(state[1], state[2]) : null;
}
