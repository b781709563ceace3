import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformSync } from 'rolldown/utils';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** What a run of the real program left behind. */
export interface Run {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Built {
  readonly folder: string;
  readonly run: (
    args: readonly string[],
    options?: { input?: string | Buffer; env?: Record<string, string>; cwd?: string },
  ) => Promise<Run>;
  readonly remove: () => void;
}

/** Builds the program, as it is, into a folder of its own: the tests must not depend on when `dist/` was last made. */
export function buildProgram(): Built {
  const folder = mkdtempSync(join(tmpdir(), 'abbot-cli-'));
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((f) =>
    f.endsWith('.ts'),
  );
  for (const file of sources) {
    const target = join(folder, 'dist', file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(target), { recursive: true });
    const { code, errors } = transformSync(file, readFileSync(join(root, 'src', file), 'utf8'), {
      target: 'es2022',
      typescript: { onlyRemoveTypeImports: true, rewriteImportExtensions: 'rewrite' },
    });
    if (errors.length > 0) throw new Error(`${file} cannot be read as TypeScript`, { cause: errors });
    writeFileSync(target, code);
  }
  for (const shared of ['package.json', 'node_modules', 'schema'])
    symlinkSync(join(root, shared), join(folder, shared));
  execFileSync(process.execPath, [join(root, 'scripts', 'bundle.mjs'), folder]);
  // The loader of rules follows no links.
  cpSync(join(root, 'rules'), join(folder, 'rules'), { recursive: true });
  return {
    folder,
    run: (args, options = {}) => runProgram(join(folder, 'dist', 'cli', 'main.js'), args, { cwd: folder, ...options }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function runProgram(
  main: string,
  args: readonly string[],
  options: { input?: string | Buffer; env?: Record<string, string>; cwd: string },
): Promise<Run> {
  return new Promise((resolve, reject) => {
    const home = options.cwd;
    const env = { PATH: process.env['PATH'] ?? '', HOME: home, XDG_CACHE_HOME: join(home, 'cache'), ...options.env };
    const child = spawn(process.execPath, [main, ...args], { cwd: options.cwd, env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
