/**
 * The command line: commands, exit codes, progress, configuration. Everything that can be delegated is.
 */
export { run } from './program.ts';
export type { Sink, Surroundings } from './surroundings.ts';
