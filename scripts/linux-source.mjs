// Brings Debian's linux-source package, unpacked, into the cache folder and prints where it is.
//
//   node scripts/linux-source.mjs [6.12|6.1] [--from-deb FILE] [--where]
//
// ABBOT_LINUX names a folder that already holds `linux-source-<version>`, or the tree itself; nothing is fetched then.
// --from-deb takes a package that is already here. --where only looks: exit code 1 when the source is not there.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const VERSIONS = ['6.12', '6.1'];
const TEMPORARY = /^\.unpacking-([0-9]+)-/;

function main() {
  const { version, fromDeb, where } = readArguments();
  const given = process.env.ABBOT_LINUX;
  if (given) return print(findGiven(resolve(given), version));

  const folder = join(cacheFolder(), 'linux');
  const tree = join(folder, `linux-source-${version}`);
  // The marker stands beside the source, not in it: the tree stays byte for byte what Debian packed.
  const marker = `${tree}.complete`;
  if (existsSync(marker) && treeVersion(tree) === version) return print(tree);
  if (where)
    stop(`linux-source-${version} is not in ${folder}; \`node scripts/linux-source.mjs ${version}\` brings it`);

  mkdirSync(folder, { recursive: true });
  removeAbandoned(folder);
  const temporary = mkdtempSync(join(folder, `.unpacking-${process.pid}-`));
  // A run that is killed outright cannot do this; the next one does it for it, above.
  process.on('exit', () => remove(temporary));

  const deb = fromDeb ? resolve(fromDeb) : download(version, temporary);
  const unpacked = unpack(deb, version, temporary);
  // Another run may have been faster: then its tree is as good as ours.
  if (!(existsSync(marker) && treeVersion(tree) === version)) {
    rmSync(tree, { recursive: true, force: true });
    renameSync(unpacked, tree);
    writeFileSync(marker, `${basename(deb)}\n`);
  }
  print(tree);
}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { 'from-deb': { type: 'string' }, where: { type: 'boolean', default: false } },
    });
    const version = positionals[0] ?? VERSIONS[0];
    if (positionals.length > 1 || !VERSIONS.includes(version))
      throw new Error(`name one of the versions ${VERSIONS.join(', ')}`);
    return { version, fromDeb: values['from-deb'], where: values.where };
  } catch (error) {
    console.error(`linux-source: ${error.message}`);
    process.exit(2);
  }
}

/** As `cacheFolder()` of src/tree decides; written again because this script also runs before the first build. */
function cacheFolder() {
  if (process.env.ABBOT_CACHE) return resolve(process.env.ABBOT_CACHE);
  const xdg = process.env.XDG_CACHE_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), '.cache'), 'abbot');
}

function findGiven(folder, version) {
  const inside = join(folder, `linux-source-${version}`);
  for (const tree of [inside, folder]) if (treeVersion(tree) === version) return tree;
  const found = treeVersion(folder);
  stop(
    `ABBOT_LINUX=${folder} holds ${found ? `Linux ${found}` : 'no linux-source'}, not ${version}; unset it to fetch the package`,
  );
}

/** `6.12` for a kernel tree of that version, or null for anything else: the first lines of its Makefile say so. */
function treeVersion(tree) {
  if (!existsSync(join(tree, 'MAINTAINERS')) || !existsSync(join(tree, 'Makefile'))) return null;
  const makefile = readFileSync(join(tree, 'Makefile'), 'utf8').slice(0, 500);
  const [, version, patchlevel] = /^VERSION = (\d+)\nPATCHLEVEL = (\d+)$/m.exec(makefile) ?? [];
  return version ? `${version}.${patchlevel}` : null;
}

/** Temporary folders of runs that were killed before they could clean up. */
function removeAbandoned(folder) {
  for (const name of readdirSync(folder)) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid && !existsSync(`/proc/${pid}`)) remove(join(folder, name));
  }
}

/** A tar that outlived its run may still be writing there: that is no reason to fail, only to leave it for next time. */
function remove(folder) {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  } catch (error) {
    console.error(`linux-source: ${folder} could not be removed yet (${error.code})`);
  }
}

function download(version, temporary) {
  const name = `linux-source-${version}`;
  if (!known(name)) {
    console.error(`linux-source: asking apt for its lists, as ${name} is not in them`);
    // A failure here is told by the check below, which says what to do.
    spawnSync('apt-get', ['update', '-qq'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  if (!known(name)) {
    stop(
      `apt does not know ${name}; run \`apt-get update\` as root on Debian 12 or 13, or set ABBOT_LINUX to an unpacked tree`,
    );
  }
  console.error(`linux-source: downloading ${name} (about 150 MB)`);
  run('apt-get', ['download', '-qq', name], temporary);
  const deb = readdirSync(temporary).find((file) => file.startsWith(`${name}_`) && file.endsWith('.deb'));
  return deb ? join(temporary, deb) : stop(`apt-get download ${name} left no package`);
}

function known(name) {
  const answer = spawnSync('apt-cache', ['show', '--no-all-versions', name], { stdio: 'ignore' });
  if (answer.error)
    stop('apt-cache is not here; on a system other than Debian set ABBOT_LINUX to an unpacked Linux tree');
  return answer.status === 0;
}

function unpack(deb, version, temporary) {
  if (!existsSync(deb)) stop(`there is no package ${deb}`);
  console.error(`linux-source: unpacking ${basename(deb)} (about 1.6 GB)`);
  const package_ = join(temporary, 'package');
  run('dpkg', ['-x', deb, package_], temporary);
  const tar = join(package_, `usr/src/linux-source-${version}.tar.xz`);
  if (!existsSync(tar)) stop(`${basename(deb)} does not hold linux-source-${version}.tar.xz`);
  run('tar', ['-xJf', tar, '--no-same-owner'], temporary);
  const tree = join(temporary, `linux-source-${version}`);
  if (treeVersion(tree) !== version) stop(`${basename(deb)} does not hold Linux ${version}`);
  return tree;
}

function run(command, args, cwd) {
  try {
    execFileSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] });
  } catch (error) {
    const why = error.code === 'ENOENT' ? `${command} is not installed` : `exit code ${error.status}`;
    stop(`${command} ${args.join(' ')} failed: ${why}${command === 'tar' ? '; it needs the package xz-utils' : ''}`);
  }
}

function print(tree) {
  console.log(tree);
}

function stop(message) {
  console.error(`linux-source: ${message}`);
  process.exit(1);
}

main();
