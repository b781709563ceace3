import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Compares text with a file of the project; `UPDATE_GOLDEN=1` writes the file instead, to be reviewed in the diff. */
export function expectFile(path: string, text: string): void {
  const file = join(root, path);
  if (process.env['UPDATE_GOLDEN'] === '1') {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return;
  }
  expect(text).toBe(readFileSync(file, 'utf8'));
}

/** The same for a surface: `test/golden/<name>`. */
export function expectGolden(name: string, text: string): void {
  expectFile(join('test', 'golden', name), text);
}
