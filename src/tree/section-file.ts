import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const MAGIC = 'abbot.sections/1\n';

export type Section = Int32Array | Uint8Array;

interface Header {
  readonly meta: Record<string, unknown>;
  readonly sections: readonly { readonly name: string; readonly words: boolean; readonly length: number }[];
}

/** Writes named columns to one file: a magic line, a JSON header, then the columns, aligned. Replaces the file at once. */
export function writeSections(
  path: string,
  meta: Record<string, unknown>,
  sections: Readonly<Record<string, Section>>,
): number {
  mkdirSync(dirname(path), { recursive: true });
  const header: Header = {
    meta,
    sections: Object.entries(sections).map(([name, data]) => ({
      name,
      words: data instanceof Int32Array,
      length: data.length,
    })),
  };
  const text = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(align(MAGIC.length + 4 + text.length));
  head.write(MAGIC, 0, 'latin1');
  head.writeUInt32LE(text.length, MAGIC.length);
  text.copy(head, MAGIC.length + 4);
  const partial = `${path}.${process.pid}.partial`;
  const fd = openSync(partial, 'w');
  let at = 0;
  try {
    at += writeAll(fd, head);
    for (const data of Object.values(sections)) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
      at += writeAll(fd, bytes);
      const pad = align(bytes.length) - bytes.length;
      if (pad > 0) at += writeAll(fd, new Uint8Array(pad));
    }
    closeSync(fd);
    renameSync(partial, path);
  } catch (error) {
    rmSync(partial, { force: true });
    throw error;
  }
  return at;
}

/** Reads the columns back, or null when there is no such file or it is not whole. */
export function readSections(
  path: string,
): { meta: Record<string, unknown>; sections: Record<string, Section>; bytes: number } | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return null;
  }
  try {
    const size = fstatSync(fd).size;
    const start = readAt(fd, 0, Math.min(size, MAGIC.length + 4));
    if (start.length < MAGIC.length + 4 || start.toString('latin1', 0, MAGIC.length) !== MAGIC) return null;
    const length = start.readUInt32LE(MAGIC.length);
    if (length > size) return null;
    const header = JSON.parse(readAt(fd, MAGIC.length + 4, length).toString()) as Header;
    let at = align(MAGIC.length + 4 + length);
    const sections: Record<string, Section> = {};
    for (const { name, words, length: count } of header.sections) {
      const bytes = words ? count * 4 : count;
      if (at + bytes > size) return null;
      const data = readAt(fd, at, bytes);
      if (data.length !== bytes) return null;
      sections[name] = words
        ? new Int32Array(data.buffer, data.byteOffset, count)
        : new Uint8Array(data.buffer, data.byteOffset, count);
      at += align(bytes);
    }
    return { meta: header.meta, sections, bytes: size };
  } catch {
    return null;
  } finally {
    closeSync(fd);
  }
}

function align(n: number): number {
  return (n + 7) & ~7;
}

function writeAll(fd: number, bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) at += writeSync(fd, bytes, at, Math.min(bytes.length - at, 1 << 28));
  return at;
}

function readAt(fd: number, position: number, length: number): Buffer {
  const out = Buffer.from(new ArrayBuffer(length));
  let at = 0;
  while (at < length) {
    const got = readSync(fd, out, at, Math.min(length - at, 1 << 28), position + at);
    if (got === 0) return out.subarray(0, at);
    at += got;
  }
  return out;
}
