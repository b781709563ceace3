import { closeSync, fstatSync, openSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Bytes of a blob id. */
export const BLOB_BYTES = 20;
const RECORD = 0x61626672; // 'abfr'
const INDEX = 0x61626669; // 'abfi'
/** Before each record: magic, length, checksum, blob id. */
const HEAD = 12 + BLOB_BYTES;
/** A row of the index: blob id, offset (8 bytes), length. */
const ROW = BLOB_BYTES + 12;
const BUFFER = 1 << 20;

/** Appends facts to a file of its own, so that several threads and processes never write to the same one. */
export class PackWriter {
  readonly path: string;
  private readonly fd: number;
  private readonly buffer = Buffer.alloc(BUFFER);
  private used = 0;
  private size = 0;
  private readonly rows: { blob: Buffer; at: number; length: number }[] = [];

  constructor(path: string) {
    this.path = path;
    this.fd = openSync(path, 'wx');
  }

  add(blob: Uint8Array, record: Uint8Array): void {
    const head = Buffer.alloc(HEAD);
    head.writeUInt32LE(RECORD, 0);
    head.writeUInt32LE(record.length, 4);
    head.writeUInt32LE(crc32(record, crc32(blob)), 8);
    head.set(blob, 12);
    this.rows.push({ blob: Buffer.from(blob), at: this.size, length: record.length });
    this.append(head);
    this.append(record);
  }

  /** Writes what is left, and the index beside it. */
  close(): void {
    this.flush();
    closeSync(this.fd);
    writeIndex(this.path, this.rows);
  }

  private append(bytes: Uint8Array): void {
    if (this.used + bytes.length > BUFFER) this.flush();
    if (bytes.length > BUFFER) this.write(bytes);
    else {
      this.buffer.set(bytes, this.used);
      this.used += bytes.length;
    }
    this.size += bytes.length;
  }

  private flush(): void {
    this.write(this.buffer.subarray(0, this.used));
    this.used = 0;
  }

  private write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.fd, bytes, at);
  }
}

function writeIndex(pack: string, rows: { blob: Buffer; at: number; length: number }[]): void {
  rows.sort((a, b) => Buffer.compare(a.blob, b.blob));
  const out = Buffer.alloc(12 + rows.length * ROW);
  out.writeUInt32LE(INDEX, 0);
  out.writeUInt32LE(rows.length, 4);
  rows.forEach(({ blob, at, length }, i) => {
    const to = 12 + i * ROW;
    out.set(blob, to);
    out.writeDoubleLE(at, to + BLOB_BYTES);
    out.writeUInt32LE(length, to + BLOB_BYTES + 8);
  });
  out.writeUInt32LE(crc32(out.subarray(12)), 8);
  const partial = `${pack}.idx.${process.pid}`;
  writeFileSync(partial, out);
  renameSync(partial, `${pack}.idx`);
}

/** One pack to read from. Nothing of it is believed before its checksum is right. */
export class Pack {
  readonly path: string;
  private readonly fd: number;
  private readonly rows: Buffer;
  readonly count: number;

  private constructor(path: string, fd: number, rows: Buffer) {
    this.path = path;
    this.fd = fd;
    this.rows = rows;
    this.count = rows.length / ROW;
  }

  /** Null when there is no such pack, or nothing in it is whole. */
  static open(path: string): Pack | null {
    let fd: number;
    try {
      fd = openSync(path, 'r');
    } catch {
      return null;
    }
    const rows = readIndex(path) ?? scan(fd);
    return new Pack(path, fd, rows);
  }

  /** The record of a blob; null when it is not here, or damaged. */
  read(blob: Uint8Array): Uint8Array | null {
    const row = this.find(blob);
    if (row < 0) return null;
    const at = this.rows.readDoubleLE(row + BLOB_BYTES);
    const length = this.rows.readUInt32LE(row + BLOB_BYTES + 8);
    const bytes = readAt(this.fd, at, HEAD + length);
    if (bytes.length !== HEAD + length || bytes.readUInt32LE(0) !== RECORD || bytes.readUInt32LE(4) !== length)
      return null;
    const record = bytes.subarray(HEAD);
    const own = bytes.subarray(12, HEAD);
    if (Buffer.compare(own, blob) !== 0 || crc32(record, crc32(own)) !== bytes.readUInt32LE(8)) return null;
    return record;
  }

  has(blob: Uint8Array): boolean {
    return this.find(blob) >= 0;
  }

  close(): void {
    closeSync(this.fd);
  }

  private find(blob: Uint8Array): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const order = this.rows.compare(blob, 0, BLOB_BYTES, middle * ROW, middle * ROW + BLOB_BYTES);
      if (order === 0) return middle * ROW;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }
}

function readIndex(pack: string): Buffer | null {
  let fd: number;
  try {
    fd = openSync(`${pack}.idx`, 'r');
  } catch {
    return null;
  }
  try {
    const bytes = readAt(fd, 0, fstatSync(fd).size);
    if (bytes.length < 12 || bytes.readUInt32LE(0) !== INDEX) return null;
    const rows = bytes.subarray(12);
    if (rows.length !== bytes.readUInt32LE(4) * ROW || crc32(rows) !== bytes.readUInt32LE(8)) return null;
    return rows;
  } finally {
    closeSync(fd);
  }
}

/** The index of a pack whose writer was interrupted, or is still at work: every record that is whole by its length. */
function scan(fd: number): Buffer {
  const { size } = fstatSync(fd);
  const rows: Buffer[] = [];
  for (let at = 0; at + HEAD <= size; ) {
    const head = readAt(fd, at, HEAD);
    if (head.length < HEAD || head.readUInt32LE(0) !== RECORD) break;
    const length = head.readUInt32LE(4);
    if (at + HEAD + length > size) break;
    const row = Buffer.alloc(ROW);
    row.set(head.subarray(12), 0);
    row.writeDoubleLE(at, BLOB_BYTES);
    row.writeUInt32LE(length, BLOB_BYTES + 8);
    rows.push(row);
    at += HEAD + length;
  }
  return Buffer.concat(rows.sort((a, b) => a.compare(b, 0, BLOB_BYTES, 0, BLOB_BYTES)));
}

function readAt(fd: number, position: number, length: number): Buffer {
  const out = Buffer.allocUnsafe(length);
  let at = 0;
  while (at < length) {
    const got = readSync(fd, out, at, length - at, position + at);
    if (got === 0) return out.subarray(0, at);
    at += got;
  }
  return out;
}
