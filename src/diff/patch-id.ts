import { createHash, type Hash } from 'node:crypto';
import { diffSections } from './diff-sections.ts';

/**
 * The id of what a diff changes, equal to `git patch-id --stable` (git 2.39 and later): line numbers, white space and
 * the order of the files make no difference. 40 hex digits, or the empty string when there is no diff in the text.
 *
 * One difference is wanted: where a mail program took the space off blank context lines, git loses count and gives
 * several wrong ids; here such a line counts as the empty context line that it was, as it does for `git apply`.
 *
 * @example
 * patchId(v2) === patchId(v3); // "no code changes"
 */
export function patchId(diffText: string): string {
  const sum = new Uint8Array(20);
  let hash = createHash('sha1');
  let fed = 0;
  const flush = (): void => {
    addWithCarry(sum, hash);
    hash = createHash('sha1');
  };
  const feed = (line: string): void => {
    const kept = line.replace(/[ \t\r\n]+/g, '');
    fed += kept.length;
    hash.update(kept, 'utf8');
  };
  // git sums up at the first line after a file's hunks, and once more at the end; a file without hunks (a rename, a mode)
  // runs into the next one, and the line that ends a binary patch is not counted.
  let before: 'nothing' | 'hunks' | 'binary' = 'nothing';
  for (const section of diffSections(diffText)) {
    if (before === 'hunks') flush();
    if (section.git !== null && before !== 'binary') feed(`diff --git ${section.git}`);
    for (const header of section.headers) if (!header.startsWith('index ')) feed(header);
    before = 'nothing';
    if (section.binary) {
      const index = /^index ([0-9a-f]+)\.\.([0-9a-f]+)/.exec(section.headers.find((h) => h.startsWith('index ')) ?? '');
      hash.update((index?.[1] ?? '') + (index?.[2] ?? ''));
      flush();
      before = 'binary';
    } else if (section.from !== null && section.to !== null) {
      feed(`--- ${section.from}`);
      feed(`+++ ${section.to}`);
      for (const hunk of section.hunks) for (const line of hunk.lines) if (!line.startsWith('\\')) feed(line);
      before = 'hunks';
    }
  }
  flush();
  return fed > 0 ? Buffer.from(sum).toString('hex') : '';
}

/** Adds the hash as a 20-byte number, low byte first, so that the order of the parts does not matter. */
function addWithCarry(sum: Uint8Array, hash: Hash): void {
  const bytes = hash.digest();
  let carry = 0;
  for (let i = 0; i < sum.length; i++) {
    carry += sum[i]! + bytes[i]!;
    sum[i] = carry & 0xff;
    carry >>= 8;
  }
}
