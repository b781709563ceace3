import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuleProblem } from './rule.ts';

/** The bytes of one rule file as text; `source` counts the directory or file of the caller's list that it came from. */
export interface RuleText {
  readonly file: string;
  readonly source: number;
  readonly text: string;
}

const MAX_BYTES = 256 * 1024;
const MAX_FILES = 500;
const MAX_FOLDERS = 4;

/**
 * Reads the `.yaml` and `.yml` files of directories (and files named themselves), in a fixed order. Folders called
 * `packs` are left for those who name a pack; links are not followed.
 */
export function readRuleFiles(places: readonly string[]): { texts: RuleText[]; problems: RuleProblem[] } {
  const texts: RuleText[] = [];
  const problems: RuleProblem[] = [];
  const complain = (file: string, what: string, instead: string) =>
    problems.push({ file, line: 1, column: 1, severity: 'error', what, instead });

  const visit = (path: string, source: number, depth: number): void => {
    try {
      const stat = lstatSync(path);
      if (stat.isDirectory()) {
        if (depth > MAX_FOLDERS)
          return void complain(path, 'too many folders inside each other', `use at most ${MAX_FOLDERS}`);
        const names = readdirSync(path, { withFileTypes: true })
          .filter((entry) => (entry.isDirectory() ? entry.name !== 'packs' : /\.ya?ml$/.test(entry.name)))
          .map((entry) => entry.name)
          .sort();
        for (const name of names) if (!name.startsWith('.')) visit(join(path, name), source, depth + 1);
      } else if (!stat.isFile()) complain(path, 'not a regular file', 'copy the file here; links are not followed');
      else if (stat.size > MAX_BYTES)
        complain(path, `larger than ${MAX_BYTES / 1024} KiB`, 'split it into several files');
      else if (texts.length >= MAX_FILES)
        complain(path, `more than ${MAX_FILES} rule files`, 'join or remove some of them');
      else texts.push({ file: path, source, text: readFileSync(path, 'utf8') });
    } catch (error) {
      complain(
        path,
        `cannot be read (${(error as NodeJS.ErrnoException).code ?? String(error)})`,
        'check the path and its permissions',
      );
    }
  };
  for (const [source, place] of places.entries()) visit(place, source, 0);
  return { texts, problems };
}
