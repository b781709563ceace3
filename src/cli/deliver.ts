import { exitCode, explain, type Fault } from '../outcome/index.ts';
import { clean } from '../report/index.ts';
import type { Setting } from './settings.ts';
import type { Surroundings } from './surroundings.ts';
import { writeOutput } from './write-output.ts';

/** How text is to look: the columns and colours of where it goes. */
export interface Look {
  readonly width: number;
  readonly color: boolean;
}

/** The look of standard output, or of a file when `output` names one. Follows https://no-color.org. */
export function lookOf(
  output: string | undefined,
  color: Setting<'auto' | 'always' | 'never'>,
  to: Surroundings,
): Look {
  const terminal = output === undefined && to.stdout.isTerminal;
  const auto = terminal && !to.env['NO_COLOR'] && to.env['TERM'] !== 'dumb';
  return {
    width: terminal ? Math.min(to.stdout.columns ?? 80, 120) : 80,
    color: color.value === 'always' || (color.value === 'auto' && auto),
  };
}

/** Sends text to standard output or into a file; gives the exit code, which is `code` when that went well. */
export async function deliver(
  text: string,
  output: string | undefined,
  code: number,
  to: Surroundings,
): Promise<number> {
  if (output === undefined || output === '-') {
    to.stdout.write(text);
    return code;
  }
  const written = await writeOutput(output, text);
  return written.ok ? code : refuse(written.fault, to);
}

/** Says in one line on standard error why a command gave up; gives its exit code. */
export function refuse(fault: Fault, to: Surroundings): number {
  to.stderr.write(`abbot: ${clean(explain(fault), 2000)}\n`);
  return exitCode(fault);
}
