// Makes a git repository in which patches apply, from the patches alone: what their hunks show of the files stands where
// they say, and the rest is filler. So `git range-diff` can compare versions whose base nobody has.
import { spawnSync } from 'node:child_process';

/** Lines below the last one that any hunk shows. */
const BELOW = 50;

/**
 * The files before the first patch and after each one (path → lines), or null when the patches do not follow from each
 * other (a hunk shows another line than an earlier one did), are damaged, or hold what is no text. A line's `text` is null
 * while no hunk has shown it; `gone` lines turned out to lie behind the end of the file.
 */
export function reconstruct(patches) {
  const length = 1 + BELOW + Math.max(0, ...patches.flat().flatMap((f) => f.hunks.map((h) => h.oldStart + h.oldLines)));
  const base = new Map();
  const files = new Map();
  const states = [];
  const headings = [];
  for (const filePatches of patches) {
    for (const file of filePatches) {
      if (file.binary || file.fault || file.status === 'copied') return null;
      const { oldPath, newPath } = file;
      if (oldPath !== null && !files.has(oldPath)) {
        if (base.has(oldPath)) return null;
        const fresh = Array.from({ length }, (_, i) => ({ text: null, gone: false, number: i + 1 }));
        base.set(oldPath, fresh);
        files.set(oldPath, fresh);
        // It stood there all along.
        for (const state of states) state.set(oldPath, fresh);
      }
      if (oldPath === null && files.has(newPath)) return null;
      const after = applyHunks(file, oldPath === null ? [] : files.get(oldPath), headings);
      if (after === null) return null;
      if (oldPath !== null) files.delete(oldPath);
      if (newPath !== null) files.set(newPath, after);
    }
    states.push(new Map(files));
  }
  // git names the nearest line above a hunk that looks like a heading: it is put there once all lines are known.
  for (const { above, section } of headings) {
    for (const line of above.reverse()) {
      if (line.text === null) line.text = section;
      if (/^[A-Za-z_$]/.test(line.text)) break;
    }
  }
  return { base, states };
}

function applyHunks(file, before, headings) {
  const after = [];
  let read = 0;
  for (const hunk of file.hunks) {
    const start = hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1;
    if (hunk.damage || start < read || start + hunk.oldLines > before.length) return null;
    if (hunk.section !== '') headings.push({ above: before.slice(0, start), section: hunk.section });
    after.push(...before.slice(read, start));
    read = start;
    for (const line of hunk.lines) {
      if (line.noNewline) return null;
      if (line.kind === '+') {
        after.push({ text: line.text, gone: false });
        continue;
      }
      const known = before[read++];
      if (known.gone || (known.text !== null && known.text !== line.text)) return null;
      known.text = line.text;
      if (line.kind === ' ') after.push(known);
    }
    const last = hunk.lines.findLastIndex((line) => line.kind !== ' ');
    // Less than three lines of context: the file ends here.
    if (hunk.lines.length - 1 - last < 3)
      for (const line of before.slice(read)) if (line.text === null) line.gone = true;
  }
  after.push(...before.slice(read));
  return after;
}

/** The text of a file; the filler is no heading for git, and no context reaches it. */
function render(lines) {
  return lines
    .filter((line) => !line.gone)
    .map(({ text, number }) => `${text ?? `\t\t/* line ${number} */`}\n`)
    .join('');
}

/**
 * Writes versions into a repository: `refs/heads/base-NAME` and `refs/heads/tip-NAME` of each.
 *
 * @param versions `{ name, patches, states }[]`, the states as `reconstruct` gives them.
 */
export function writeVersions(folder, versions) {
  const parts = [];
  for (const { name, patches, base, states } of versions) {
    parts.push(commit(`base-${name}`, null, 'base', { name: 'A', email: 'a@b' }, base));
    for (const [i, patch] of patches.entries()) {
      const parent = i === 0 ? `base-${name}` : `tip-${name}`;
      const message = `${patch.title}\n\n${patch.message}`.trimEnd();
      parts.push(commit(`tip-${name}`, parent, `${message}\n`, patch.author, states[i]));
    }
  }
  const out = spawnSync('git', ['-C', folder, 'fast-import', '--quiet', '--force'], { input: Buffer.concat(parts) });
  if (out.status !== 0) throw new Error(out.stderr.toString().split('\n')[0]);
}

function commit(ref, parent, message, author, files) {
  const text = Buffer.from(message);
  const plain = (part) => part.replace(/[<>\n]/g, '').trim() || 'x';
  const person = `${plain(author.name)} <${plain(author.email)}> 1700000000 +0000`;
  const from = parent === null || parent === ref ? '' : `from refs/heads/${parent}\n`;
  const out = [
    Buffer.from(`commit refs/heads/${ref}\nauthor ${person}\ncommitter ${person}\ndata ${text.length}\n`),
    text,
    Buffer.from(`\n${from}deleteall\n`),
  ];
  for (const [path, lines] of files) {
    const bytes = Buffer.from(render(lines));
    out.push(Buffer.from(`M 100644 inline ${JSON.stringify(path)}\ndata ${bytes.length}\n`), bytes, Buffer.from('\n'));
  }
  return Buffer.concat(out);
}
