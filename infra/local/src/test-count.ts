/** The last line of a test run, from the runner's own report and nothing else. */

/** The fields of vitest's JSON report that are read here. */
interface Report {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

/** `N passed, N failed`, with `, N skipped` only when there are any. Throws when it is no report. */
export const countLine = (json: string): string => {
  const report = JSON.parse(json) as Report;
  const passed = count(report.numPassedTests);
  const failed = count(report.numFailedTests);
  const skipped = count(report.numPendingTests) + count(report.numTodoTests);
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
};

const count = (value: unknown): number => {
  if (typeof value === 'number') return value;
  throw new Error('the report of the test runner has no counts');
};
