import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/** Reads a file that is regular now: no link is followed, and a pipe put in its place does not block. Throws as `fs` does. */
export function readRegular(file: string): Uint8Array {
  const fd = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = fstatSync(fd);
    if (!stat.isFile()) throw new Error(`${file} is no longer a regular file`);
    const bytes = new Uint8Array(stat.size);
    let at = 0;
    for (let n = -1; at < bytes.length && n !== 0; at += n) n = readSync(fd, bytes, at, bytes.length - at, null);
    return at < bytes.length ? bytes.subarray(0, at) : bytes;
  } finally {
    closeSync(fd);
  }
}
