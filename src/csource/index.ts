/**
 * Bytes of one C file in, facts out. Tolerant of what kernel C really looks like, without a preprocessor or a
 * configuration, in linear time. This room does not know which names are locks.
 */
export * from './facts.ts';
export { IntVector } from './int-vector.ts';
export { readFile } from './read-file.ts';
