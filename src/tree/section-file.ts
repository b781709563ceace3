import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';

const MAGIC = 'abbot.sections/2\n';

export type Section = Int32Array | Uint8Array;

/** How a column lies in the file: bytes as they are, or words in 1, 2 or 4 bytes each, whatever its values need. */
type Width = 0 | 1 | 2 | 4;

interface Header {
  readonly meta: Record<string, unknown>;
  readonly sections: readonly {
    readonly name: string;
    readonly width: Width;
    readonly length: number;
    readonly crc: number;
  }[];
}

/** Named columns of one file, each read when it is first asked for. */
export interface StoredSections {
  readonly meta: Record<string, unknown>;
  /** Size of the file in bytes. */
  readonly bytes: number;
  readonly names: readonly string[];
  /** Number of words (or bytes) of a column; 0 when there is none of that name. */
  length(name: string): number;
  /** A column of words; throws `DamagedFile` when it is not what was written. */
  words(name: string): Int32Array;
  /** A column of bytes; throws `DamagedFile` when it is not what was written. */
  blob(name: string): Uint8Array;
  close(): void;
}

/** A stored file is not what was written. It is removed, so that the next run makes it anew. */
export class DamagedFile extends Error {
  readonly path: string;

  constructor(path: string) {
    super(`${path} was damaged, and has been removed`);
    this.name = 'DamagedFile';
    this.path = path;
  }
}

/**
 * Writes named columns to one file: a magic line, a JSON header, then the columns, aligned, each with a checksum. Replaces
 * the file at once. Words are kept in as few bytes as the values of their column allow.
 */
export function writeSections(
  path: string,
  meta: Record<string, unknown>,
  sections: Readonly<Record<string, Section>>,
): number {
  mkdirSync(dirname(path), { recursive: true });
  const columns = Object.entries(sections).map(([name, data]) => {
    const width = widthOf(data);
    const bytes = narrow(data, width);
    return { name, width, length: data.length, crc: crc32(bytes), bytes };
  });
  const header: Header = { meta, sections: columns.map(({ bytes: _, ...rest }) => rest) };
  const text = Buffer.from(JSON.stringify(header));
  const head = Buffer.alloc(align(MAGIC.length + 8 + text.length));
  head.write(MAGIC, 0, 'latin1');
  head.writeUInt32LE(text.length, MAGIC.length);
  head.writeUInt32LE(crc32(text), MAGIC.length + 4);
  text.copy(head, MAGIC.length + 8);
  const partial = `${path}.${process.pid}.partial`;
  const fd = openSync(partial, 'w');
  let at = 0;
  try {
    at += writeAll(fd, head);
    for (const { bytes } of columns) {
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

/** Opens a file of columns, or gives null when there is none, it is not whole, or of another version. */
export function openSections(path: string): StoredSections | null {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return null;
  }
  const opened = readHeader(fd);
  if (!opened) {
    closeSync(fd);
    return null;
  }
  const { header, start, size } = opened;
  const places = new Map<string, Header['sections'][number] & { at: number; bytes: number }>();
  let end = start;
  for (const section of header.sections) {
    const bytes = section.length * (section.width || 1);
    places.set(section.name, { ...section, at: end, bytes });
    end += align(bytes);
  }
  if (end > size) {
    closeSync(fd);
    return null;
  }
  const read = (name: string): { bytes: Buffer; width: Width; length: number } => {
    const place = places.get(name);
    if (!place) return { bytes: Buffer.alloc(0), width: 0, length: 0 };
    const bytes = readAt(fd, place.at, place.bytes);
    if (bytes.length !== place.bytes || crc32(bytes) !== place.crc) {
      rmSync(path, { force: true });
      throw new DamagedFile(path);
    }
    return { bytes, width: place.width, length: place.length };
  };
  return {
    meta: header.meta,
    bytes: size,
    names: [...places.keys()],
    length: (name) => places.get(name)?.length ?? 0,
    words: (name) => {
      const { bytes, width, length } = read(name);
      return widen(bytes, width, length);
    },
    blob: (name) => read(name).bytes,
    close: () => closeSync(fd),
  };
}

function readHeader(fd: number): { header: Header; start: number; size: number } | null {
  const { size } = fstatSync(fd);
  const first = readAt(fd, 0, Math.min(size, MAGIC.length + 8));
  if (first.length < MAGIC.length + 8 || first.toString('latin1', 0, MAGIC.length) !== MAGIC) return null;
  const length = first.readUInt32LE(MAGIC.length);
  if (length > size) return null;
  const text = readAt(fd, MAGIC.length + 8, length);
  if (crc32(text) !== first.readUInt32LE(MAGIC.length + 4)) return null;
  return { header: JSON.parse(text.toString()) as Header, start: align(MAGIC.length + 8 + length), size };
}

function widthOf(data: Section): Width {
  if (data instanceof Uint8Array) return 0;
  let low = 0;
  let high = 0;
  for (let i = 0; i < data.length; i++) {
    const value = data[i] as number;
    if (value < low) low = value;
    else if (value > high) high = value;
  }
  // -1 stands for "none" in most columns: values are kept one higher
  if (low < -1) return 4;
  return high < 0xff ? 1 : high < 0xffff ? 2 : 4;
}

function narrow(data: Section, width: Width): Uint8Array {
  if (width === 0 || width === 4) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const out = width === 1 ? new Uint8Array(data.length) : new Uint16Array(data.length);
  for (let i = 0; i < data.length; i++) out[i] = (data[i] as number) + 1;
  return new Uint8Array(out.buffer);
}

/** Words are kept in memory that threads can share. */
function widen(bytes: Buffer, width: Width, length: number): Int32Array {
  if (width === 4) return new Int32Array(bytes.buffer, bytes.byteOffset, length);
  const words = new Int32Array(new SharedArrayBuffer(length * 4));
  if (width === 1) for (let i = 0; i < length; i++) words[i] = (bytes[i] as number) - 1;
  else {
    const half = new Uint16Array(bytes.buffer, bytes.byteOffset, length);
    for (let i = 0; i < length; i++) words[i] = (half[i] as number) - 1;
  }
  return words;
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
  const out = Buffer.from(new SharedArrayBuffer(length));
  let at = 0;
  while (at < length) {
    const got = readSync(fd, out, at, Math.min(length - at, 1 << 28), position + at);
    if (got === 0) return out.subarray(0, at);
    at += got;
  }
  return out;
}
