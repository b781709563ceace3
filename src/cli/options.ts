import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Overrule } from '../series/index.ts';
import { type Flags, workerCount } from './settings.ts';

/** Options that every command has. */
export interface CommonOptions extends Flags {
  readonly quiet?: true;
  readonly verbose?: true;
}

/** Options of the commands that print something. */
export interface OutputOptions {
  readonly format: string;
  readonly output?: string;
}

/** `v11` or `11`. */
export function versionNumber(text: string): number {
  const found = /^v?(\d{1,4})$/i.exec(text);
  const version = Number(found?.[1] ?? 0);
  if (version < 1) throw new InvalidArgumentError('It is a version number, such as v11.');
  return version;
}

/** `--workers`. */
export function workers(text: string): number {
  const count = workerCount(text);
  if (count === null) throw new InvalidArgumentError('It is a number from 1 to 64.');
  return count;
}

/** `--settle`, `--every`. */
export function minutes(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('It is a number of minutes.');
  return Number(text);
}

/** A whole number in a range, for options of the bot. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,6}$/.test(text) ? Number(text) : -1;
    if (value < least || value > most) throw new InvalidArgumentError(`It is a number from ${least} to ${most}.`);
    return value;
  };
}

/** `--since`: a day or a time, in UTC unless it says otherwise. */
export function isoTime(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}(?:T[\d:.Z+-]{4,20})?$/.test(text) && !Number.isNaN(Date.parse(text))) return text;
  throw new InvalidArgumentError('It is a day or a time, such as 2026-01-31.');
}

function collect(dir: string, before: readonly string[] = []): string[] {
  return [...before, dir];
}

/** The tree, its revision, the rules and the cache. */
export function treeOptions(command: Command): Command {
  return command
    .option('--tree <dir>', 'sources to review against: a git repository or a plain directory')
    .option('--base <rev>', 'revision of the tree (default: what the series names, else HEAD)')
    .option('--rules <dir>', 'folder with more rules; may be given again', collect)
    .option('--cache <dir>', 'folder of the facts cache')
    .option('--no-cache', 'keep no facts')
    .option('--workers <n>', 'processes that read sources', workers);
}

/** Options of the commands that link versions. */
export interface VersionOptions {
  readonly link?: readonly (readonly [string, string])[];
  readonly unlink?: readonly (readonly [string, string])[];
}

/** Which versions belong together, said by hand. */
export function versionOptions(command: Command): Command {
  return command
    .option('--link <id,id>', 'these two mails are of versions of one series; may be given again', idPair)
    .option('--unlink <id,id>', 'these two are not; may be given again', idPair);
}

function idPair(text: string, before: readonly (readonly [string, string])[] = []): (readonly [string, string])[] {
  const [one = '', other = '', more] = text.split(',').map((id) => id.trim());
  if (!one.includes('@') || !other.includes('@') || more !== undefined)
    throw new InvalidArgumentError('It is two message-ids with a comma between them.');
  return [...before, [one, other]];
}

/** The corrections as the engine takes them. */
export function overruleOf(options: VersionOptions, known: Overrule['link'] = []): { overrule?: Overrule } {
  const { unlink = [] } = options;
  const link = [...known, ...(options.link ?? [])];
  return link.length + unlink.length > 0 ? { overrule: { link, unlink } } : {};
}

/** Format and destination. */
export function outputOptions(command: Command, formats: readonly string[]): Command {
  return command
    .addOption(new Option('--format <format>', 'what to print').choices([...formats]).default(formats[0]))
    .option('-o, --output <file>', 'write there instead of standard output');
}

/** How much to say beside the result. */
export function mannerOptions(command: Command): Command {
  return command
    .addOption(new Option('--color <when>', 'colours').choices(['auto', 'always', 'never']))
    .option('--quiet', 'no progress, nothing but the result and errors')
    .option('--verbose', 'stack traces of unexpected errors');
}
