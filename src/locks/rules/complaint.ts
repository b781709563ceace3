import type { z } from 'zod';

/** What a schema issue says to the person who wrote the file. */
export interface Complaint {
  /** Where in the file: keys and indexes from the root. */
  readonly path: readonly PropertyKey[];
  /** The unknown key at that path, or null. */
  readonly key: string | null;
  readonly what: string;
  readonly instead: string;
}

/** Turns an issue of the schema library into places, faults and remedies: one for each unknown key, else one. */
export function complaints(issue: z.core.$ZodIssue): Complaint[] {
  const { path, message } = deepest(issue);
  const last = path[path.length - 1];
  if (/^Invalid input: expected .*, received undefined$/.test(message) && typeof last === 'string')
    return [{ path, key: null, what: `${named(path.slice(0, -1))}'${last}' is missing`, instead: `add '${last}: …'` }];
  const lines = message.split('\n');
  if (lines.length <= 2) {
    const [what, instead] = wording(message);
    return [{ path, key: unknownKey(what), what: `${named(path)}${what}`, instead }];
  }
  const out: Complaint[] = [];
  for (let i = 0; i + 1 < lines.length; i += 2) {
    const what = lines[i] as string;
    out.push({ path, key: unknownKey(what), what: `${named(path)}${what}`, instead: lines[i + 1] as string });
  }
  return out;
}

/** The innermost complaint: in a union, that of the alternative which got furthest. */
function deepest(issue: z.core.$ZodIssue): { path: PropertyKey[]; message: string } {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const inner = issue.errors
      .flatMap((branch) => branch.slice(0, 1).map(deepest))
      .sort(
        (a, b) => b.path.length - a.path.length || Number(b.message.includes('\n')) - Number(a.message.includes('\n')),
      )[0];
    if (inner) return { path: [...issue.path, ...inner.path], message: inner.message };
  }
  return { path: [...issue.path], message: issue.message };
}

/** Our own messages are `what`, a line feed, `instead`; the schema library's get a general hint. */
function wording(message: string): readonly [string, string] {
  const end = message.indexOf('\n');
  if (end >= 0) return [message.slice(0, end), message.slice(end + 1)];
  const plain = message.replace(/^Invalid input: /, '').replace(/^Invalid option: /, '');
  if (plain.startsWith('expected boolean')) return [plain, 'write true or false'];
  return [plain, 'see docs/rules.md for the form of this entry'];
}

function unknownKey(what: string): string | null {
  return what.startsWith("unknown key '") ? what.slice(13, -1) : null;
}

function named(path: readonly PropertyKey[]): string {
  return path.length ? `${path.map(String).join('.')}: ` : '';
}
