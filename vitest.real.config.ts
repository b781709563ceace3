import { defineConfig } from 'vitest/config';

// The suite on real data: a whole kernel tree and the corpus of real mails. One file after the other, since the index of
// a kernel may take gigabytes; see test/real/data.ts for where the data comes from.
const report = process.env['ABBOT_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/real/**/*.test.ts'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
    execArgv: ['--max-old-space-size=4096'],
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
  },
});
