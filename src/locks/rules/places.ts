import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fail, type Outcome, ok } from '../../outcome/index.ts';
import { nearest } from './nearest.ts';

/** The folder of the rules that come with abbot; the same from `src/` and from `dist/`. */
export function builtinRulesDir(): string {
  return fileURLToPath(new URL('../../../rules', import.meta.url));
}

/** The names of the packs for other projects (`qemu`, `pthreads`, …), which are loaded only when asked for. */
export function rulePacks(): string[] {
  const folder = join(builtinRulesDir(), 'packs');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * The file of a pack, to be given to `loadRules`.
 *
 * @example
 * const pack = rulePack('qemu');
 * if (pack.ok) await loadRules([builtinRulesDir(), pack.value], { today: '2026-01-01' });
 */
export function rulePack(name: string): Outcome<string> {
  const packs = rulePacks();
  if (packs.includes(name)) return ok(join(builtinRulesDir(), 'packs', `${name}.yaml`));
  const near = nearest(name, packs);
  const hint = near ? `did you mean ${near}?` : `the packs are: ${packs.join(', ')}`;
  return fail('rules/invalid', `there is no rule pack '${name.slice(0, 60)}'`, undefined, hint);
}
