import { defineConfig } from 'vitest/config';

// A file for the totals beside the report on the screen, when somebody wants to count (.ci/run).
const report = process.env['ABBOT_TEST_REPORT'];

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/real/**'],
    setupFiles: ['test/property-seed.ts'],
    testTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    ...(report ? { reporters: ['default', 'json'], outputFile: { json: report } } : {}),
  },
});
