import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { PAGE, Pages } from './pages.ts';

const MAGIC = 'abbot.sections/3\n';

export type Section = Int32Array | Uint8Array;

/** How a column lies in the file: bytes as they are, or words in 1, 2 or 4 bytes each, whatever its values need. */
type Width = 0 | 1 | 2 | 4;

interface Header {
  readonly meta: Record<string, unknown>;
  readonly sections: readonly {
    readonly name: string;
    readonly width: Width;
    readonly length: number;
    /** Of each page of `PAGE` words or bytes. */
    readonly crc: readonly number[];
  }[];
}

/** Where a column lies in its file. */
type Place = Header['sections'][number] & { readonly at: number };

/** Named columns of one file, of which each page is read when it is first asked for. */
export interface StoredSections {
  readonly meta: Record<string, unknown>;
  /** Size of the file in bytes. */
  readonly bytes: number;
  readonly names: readonly string[];
  /** Number of words (or bytes) of a column; 0 when there is none of that name. */
  length(name: string): number;
  /** A column of words, read page by page; a page throws `DamagedFile` when it is not what was written. */
  words(name: string): Pages;
  /** A column of bytes, read in the same way. */
  blob(name: string): Pages<Uint8Array>;
  /** Pages that were not read yet can no longer be. */
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
 * Writes named columns to one file: a magic line, a JSON header, then the columns, aligned; every page has a checksum. Replaces
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
    return { name, width, length: data.length, crc: checksums(bytes, width || 1), bytes };
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
  const places = new Map<string, Place>();
  let end = start;
  for (const section of header.sections) {
    const bytes = section.length * (section.width || 1);
    places.set(section.name, { ...section, at: end });
    end += align(bytes);
  }
  if (end > size) {
    closeSync(fd);
    return null;
  }
  let open = true;
  const scratch = new Uint8Array(2 * PAGE);
  /** Reads a page to where it belongs, or beside, and compares its checksum. */
  const read = (place: Place, page: number, from: number, to: Uint8Array): void => {
    if (!open) throw new Error(`${path} is closed`);
    if (readInto(fd, place.at + from, to) === to.length && crc32(to) === place.crc[page]) return;
    rmSync(path, { force: true });
    throw new DamagedFile(path);
  };
  return {
    meta: header.meta,
    bytes: size,
    names: [...places.keys()],
    length: (name) => places.get(name)?.length ?? 0,
    words: (name) => {
      const place = places.get(name);
      if (!place) return Pages.of(new Int32Array(0));
      return Pages.words(place.length, (page, from, to, data) => {
        const { width } = place;
        const whole = width !== 1 && width !== 2;
        const bytes = whole
          ? new Uint8Array(data.buffer, data.byteOffset + from * 4, (to - from) * 4)
          : scratch.subarray(0, (to - from) * width);
        read(place, page, from * (whole ? 4 : width), bytes);
        if (!whole) widen(bytes, width, data, from);
      });
    },
    blob: (name) => {
      const place = places.get(name);
      if (!place) return Pages.of(new Uint8Array(0));
      return Pages.bytes(place.length, (page, from, to, data) => read(place, page, from, data.subarray(from, to)));
    },
    close: () => {
      if (open) closeSync(fd);
      open = false;
    },
  };
}

/** One checksum for each page. */
function checksums(bytes: Uint8Array, width: number): number[] {
  const out: number[] = [];
  for (let at = 0; at < bytes.length; at += PAGE * width) out.push(crc32(bytes.subarray(at, at + PAGE * width)));
  return out;
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

/** Puts a page of stored words where they belong. */
function widen(bytes: Uint8Array, width: 1 | 2, words: Int32Array, from: number): void {
  if (width === 1) for (let i = 0; i < bytes.length; i++) words[from + i] = (bytes[i] as number) - 1;
  else {
    const half = new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1);
    for (let i = 0; i < half.length; i++) words[from + i] = (half[i] as number) - 1;
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
  const out = Buffer.alloc(length);
  return out.subarray(0, readInto(fd, position, out));
}

/** Bytes read: fewer than there is place for at the end of the file. */
function readInto(fd: number, position: number, out: Uint8Array): number {
  let at = 0;
  while (at < out.length) {
    const got = readSync(fd, out, at, Math.min(out.length - at, 1 << 28), position + at);
    if (got === 0) break;
    at += got;
  }
  return at;
}
