import type { Built, Run } from './built.ts';

/** What b4 keeps of one result. */
export interface CheckResult {
  readonly tool: string;
  readonly status: string;
  readonly summary: string;
  readonly url: string;
  readonly details: string;
}

/**
 * Runs a check command as `b4 review` does and reads its answer by b4's rules (`_run_external_cmd` in its
 * src/b4/review/checks.py): no output and a code is a failure, output that is no JSON too; one object counts as a list of
 * one; a status that is none of the three is a failure.
 */
export async function runCheck(
  program: Built,
  args: readonly string[],
  mail: Buffer | string,
  at: { cwd: string; trackingFile?: string },
): Promise<{ run: Run; results: CheckResult[] }> {
  const env: Record<string, string> = at.trackingFile === undefined ? {} : { B4_TRACKING_FILE: at.trackingFile };
  const run = await program.run(args, { input: mail, cwd: at.cwd, env });
  return { run, results: readAnswer(run) };
}

function readAnswer({ code, stdout, stderr }: Run): CheckResult[] {
  const failure = (summary: string, details: string) => ({ tool: 'abbot', status: 'fail', summary, url: '', details });
  if (stdout.trim() === '') return code === 0 ? [] : [failure(`exited with error code ${code}`, stderr.trim())];
  let data: unknown;
  try {
    data = JSON.parse(stdout);
  } catch (error) {
    return [failure(`invalid JSON output: ${String(error)}`, stdout)];
  }
  return (Array.isArray(data) ? data : [data]).flatMap((entry: unknown) => {
    if (typeof entry !== 'object' || entry === null) return [];
    const { tool = 'abbot', status = 'fail', summary = '', url = '', details = '' } = entry as Partial<CheckResult>;
    return [{ tool, status: ['pass', 'warn', 'fail'].includes(status) ? status : 'fail', summary, url, details }];
  });
}

/** A mail as b4 hands it on: the headers as they were, folded as they were, and the body decoded. */
export function asB4Writes(headers: readonly string[], decodedBody: string): Buffer {
  return Buffer.from(`${headers.join('\n')}\n\n${decodedBody}\n`);
}
