// Installs the dependencies when node_modules is missing or does not hold what package-lock.json names; else does nothing.
// With this in front, `npm test` is the one command on a fresh machine.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const MINIMUM = [20, 19];

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < MINIMUM[0] || (major === MINIMUM[0] && minor < MINIMUM[1])) {
  console.error(`abbot needs Node ${MINIMUM.join('.')} or later; this is ${process.version}, see https://nodejs.org`);
  process.exit(1);
}

const missing = findMissing();
if (missing) {
  console.error(`installing the dependencies, as ${missing}`);
  // Development tools too, whatever NODE_ENV says: what follows builds and tests.
  const npm = spawnSync('npm', ['ci', '--include=dev', '--no-audit', '--no-fund'], { stdio: ['ignore', 2, 2] });
  if (npm.error) console.error(`npm cannot be run: ${npm.error.message}`);
  process.exit(npm.status ?? 1);
}

/** Why an installation is needed, or null. npm keeps the record of what it installed in node_modules/.package-lock.json. */
function findMissing() {
  const wanted = readLock('package-lock.json');
  const installed = readLock('node_modules/.package-lock.json');
  if (!wanted) return 'there is no readable package-lock.json';
  if (!installed) return 'there is no node_modules';
  for (const [path, { version, optional, link }] of Object.entries(wanted)) {
    // Optional ones are for other platforms, most of them; links are not recorded alike.
    if (path === '' || optional || link) continue;
    if (installed[path]?.version !== version)
      return `${path.replace(/^.*node_modules\//, '')} ${version} is not installed`;
  }
  return null;
}

function readLock(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}
