import { isAbsolute, join, resolve } from 'node:path';
import type { Surroundings } from './surroundings.ts';

/**
 * The folder for what cannot be made again, such as people's answers: `ABBOT_DATA`, else `XDG_DATA_HOME/abbot`, else
 * `~/.local/share/abbot`. A relative XDG_DATA_HOME is ignored, as the XDG Base Directory Specification wants it.
 */
export function dataFolder({ env, cwd, home }: Pick<Surroundings, 'env' | 'cwd' | 'home'>): string {
  const named = env['ABBOT_DATA'];
  if (named) return resolve(cwd, named);
  const xdg = env['XDG_DATA_HOME'];
  return join(xdg && isAbsolute(xdg) ? xdg : join(home, '.local', 'share'), 'abbot');
}
