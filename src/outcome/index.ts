/**
 * Expected failures as values, and the one catalogue of them. Every room may use it; it knows no other room.
 */
export { CATALOGUE, exitCode, explain, type Fault, type FaultCode, fail, type Outcome, ok } from './outcome.ts';
