import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Hono } from 'hono';
import type { WebEnv } from '../part.ts';

const TYPES = { css: 'text/css; charset=utf-8', js: 'text/javascript; charset=utf-8', svg: 'image/svg+xml' } as const;
const OWN = ['abbot.css', 'abbot.js', 'abbot.svg'] as const;
const HTMX = { 'htmx.js': 'htmx.org/dist/htmx.min.js', 'hx-sse.js': 'htmx.org/dist/ext/hx-sse.min.js' } as const;

/** The files that pages load. */
export interface Assets {
  /** A hash of all of them, part of their address: they may be kept for ever. */
  readonly hash: string;
  readonly files: ReadonlyMap<string, { readonly bytes: Uint8Array<ArrayBuffer>; readonly type: string }>;
}

/**
 * Reads the style sheet, the scripts and htmx, once, when the pages are set up: a dozen kilobytes that every page uses.
 *
 * @example
 * const { hash } = readAssets();
 */
export function readAssets(): Assets {
  const files = new Map<string, { bytes: Uint8Array<ArrayBuffer>; type: string }>();
  const add = (name: string, file: string) => {
    const type = TYPES[name.slice(name.lastIndexOf('.') + 1) as keyof typeof TYPES];
    files.set(name, { bytes: new Uint8Array(readFileSync(file)), type });
  };
  for (const name of OWN) add(name, fileURLToPath(new URL(`./assets/${name}`, import.meta.url)));
  const { resolve } = createRequire(import.meta.url);
  for (const [name, place] of Object.entries(HTMX)) add(name, resolve(place));
  const sum = createHash('sha256');
  for (const { bytes } of files.values()) sum.update(bytes);
  return { hash: sum.digest('hex').slice(0, 12), files };
}

/** Serves them under `/assets/<hash>/<name>`; an old address still gets the file, so that an old page is not bare. */
export function addAssets(app: Hono<WebEnv>, { files }: Assets): void {
  app.get('/assets/:hash/:name', (c) => {
    const file = files.get(c.req.param('name'));
    if (file === undefined) return c.text('there is no such file', 404);
    c.header('cache-control', 'public, max-age=31536000, immutable');
    c.header('x-content-type-options', 'nosniff');
    return c.body(file.bytes, 200, { 'content-type': file.type });
  });
}
