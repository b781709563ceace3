import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Packed } from './tables.ts';

/** A value as compressed JSON: a review of a hundred kilobytes takes ten. */
export async function pack(value: unknown): Promise<Packed> {
  return packBytes(Buffer.from(JSON.stringify(value)));
}

/** The value that `pack` was given; its type is the caller's word. */
export async function unpack<T>(packed: Packed): Promise<T> {
  return JSON.parse(Buffer.from(await unpackBytes(packed)).toString('utf8')) as T;
}

/** Bytes as they came, compressed. */
export async function packBytes(bytes: Uint8Array): Promise<Packed> {
  return promisify(gzip)(bytes);
}

/** The bytes that `packBytes` was given. */
export async function unpackBytes(packed: Packed): Promise<Uint8Array> {
  return promisify(gunzip)(packed);
}
