// Adds up vitest's JSON reports and prints `N passed, N failed` on a line of its own; exit code 1 unless all passed.
// A report that is missing, unreadable or without a test counts as one failure: a suite that did not run has not passed.
import { readFileSync } from 'node:fs';

const total = { passed: 0, failed: 0 };
for (const file of process.argv.slice(2)) {
  const { passed, failed } = readReport(file);
  total.passed += passed;
  total.failed += failed;
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);

function readReport(file) {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8'));
    // A file that fails while it is loaded has no test in it to fail.
    const broken = report.testResults.filter(
      (r) => r.status === 'failed' && r.assertionResults.every((a) => a.status !== 'failed'),
    );
    const failed = report.numFailedTests + broken.length;
    if (report.numTotalTests + failed > 0) return { passed: report.numPassedTests, failed };
    console.error(`${file}: no test ran`);
  } catch (error) {
    console.error(`${file}: no report (${error.message.split('\n')[0]})`);
  }
  return { passed: 0, failed: 1 };
}
