import { onTestFinished } from 'vitest';
import { explain } from '../../src/outcome/index.ts';
import { openTree, type Tree, type TreeFile } from '../../src/tree/index.ts';

/** Opens a tree that must open, and closes it when the test is over. */
export async function opened(path: string, revision?: string): Promise<Tree> {
  const tree = await openTree(path, revision);
  if (!tree.ok) throw new Error(explain(tree.fault));
  onTestFinished(() => tree.value.close());
  return tree.value;
}

/** The fault of a tree that must not open, as `code: line`. */
export async function refused(path: string, revision?: string): Promise<string> {
  const tree = await openTree(path, revision);
  if (tree.ok) throw new Error(`${path} opened`);
  return `${tree.fault.code}: ${explain(tree.fault)}`;
}

export async function text(tree: Tree, path: string): Promise<string | null> {
  const bytes = await tree.read(path);
  return bytes && Buffer.from(bytes).toString('utf8');
}

export async function paths(tree: Tree): Promise<string[]> {
  return (await tree.list()).map((entry) => entry.path);
}

export async function collect(files: AsyncIterable<TreeFile>): Promise<[string, string | null][]> {
  const all: [string, string | null][] = [];
  for await (const { path, bytes } of files) all.push([path, bytes && Buffer.from(bytes).toString('utf8')]);
  return all;
}
