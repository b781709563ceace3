// Fails when a room of src/ imports a room it must not know (the picture in docs/architecture.md),
// or reaches past another room's door (its index.ts).
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';

const MAY_IMPORT = {
  outcome: [],
  mail: ['outcome'],
  series: ['outcome', 'mail'],
  diff: ['outcome', 'mail', 'series'],
  csource: ['outcome'],
  tree: ['outcome', 'csource'],
  locks: ['outcome', 'csource', 'tree'],
  review: ['outcome', 'mail', 'series', 'diff', 'csource', 'tree', 'locks'],
  report: ['outcome', 'review'],
  sources: ['outcome', 'mail', 'series'],
  store: ['outcome', 'mail', 'review', 'series', 'sources'],
  server: ['outcome', 'review', 'report', 'sources', 'store', 'tree'],
  cli: ['outcome', 'mail', 'series', 'diff', 'tree', 'locks', 'review', 'report', 'sources', 'store', 'server'],
};

const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((f) => /\.tsx?$/.test(f));
const faults = [];
for (const file of files) {
  const room = file.split('/')[0];
  if (!(room in MAY_IMPORT)) faults.push(`src/${file}: '${room}' is not a room of the house`);
  const text = readFileSync(join('src', file), 'utf8');
  for (const [, target] of text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)) {
    const to = relative('src', normalize(join('src', dirname(file), target)));
    const toRoom = to.split('/')[0];
    if (toRoom === room) continue;
    if (!MAY_IMPORT[room]?.includes(toRoom)) faults.push(`src/${file} imports ${to}: ${room} must not know ${toRoom}`);
    else if (to.split('/').length > 1 && to.split('/').slice(1).join('/') !== 'index.ts')
      faults.push(`src/${file} imports ${to}: use the door, ${toRoom}/index.ts`);
  }
}
for (const fault of faults) console.error(fault);
if (faults.length) process.exit(1);
console.log(`arrows: ${files.length} files, all pointing one way`);
