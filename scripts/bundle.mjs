// Puts the program's modules together into few files (dist/bundle/), which Node reads far quicker than four hundred.
// `tsc` has made dist/ before; the modules that are loaded by name are replaced by ones that load the bundle.
//
//   node scripts/bundle.mjs [folder]     the folder that holds dist/; default: this project
import { cpSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { rolldown } from 'rolldown';

const root = resolve(import.meta.dirname, '..');
const folder = resolve(process.argv[2] ?? root);
const sources = join(root, 'src');

/** Workers and rules are found beside the module that names them: it goes on speaking of its own place in dist/. */
const ownPlace = {
  name: 'own-place',
  transform(code, id) {
    if (!id.startsWith(sources) || !code.includes('import.meta.url')) return null;
    const place = `../${relative(sources, id).replace(/\.ts$/, '.js')}`;
    return { code: code.replaceAll('import.meta.url', `new URL('${place}', import.meta.url).href`), map: null };
  },
};

const bundle = await rolldown({
  cwd: root,
  input: {
    'cli/program': join(sources, 'cli/program.ts'),
    'cli/engine': join(sources, 'cli/engine.ts'),
    'server/review-process': join(sources, 'server/review-process.ts'),
  },
  // These find files of their own beside themselves, or are no modules that can be taken apart.
  external: ['@electric-sql/pglite', 'pg', 'pg-boss', 'pino', 'probot', 'prom-client'],
  platform: 'node',
  // No module does anything when it is loaded, so that what a command does not name of a room is left out.
  treeshake: { moduleSideEffects: false },
  plugins: [ownPlace],
  onLog(level, log, handler) {
    // A room is loaded whole by one command and in part by another: nothing is wrong with that.
    if (log.code !== 'INEFFECTIVE_DYNAMIC_IMPORT') handler(level, log);
  },
});
// Parts of an older bundle would only lie about.
rmSync(join(folder, 'dist', 'bundle'), { recursive: true, force: true });
await bundle.write({
  dir: join(folder, 'dist'),
  entryFileNames: '[name].js',
  chunkFileNames: 'bundle/[name].js',
  format: 'esm',
  cleanDir: false,
});
await bundle.close();
// What pages load is served as it is.
cpSync(join(sources, 'server', 'dashboard', 'assets'), join(folder, 'dist', 'server', 'dashboard', 'assets'), {
  recursive: true,
});
