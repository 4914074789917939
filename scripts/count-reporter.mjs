/** Ends a test run with one line that a program can read: "N passed, N failed". */
export default class CountReporter {
  onRunComplete(_contexts, results) {
    // A file that does not even load has failed, though it counts no test.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    // On exit, so that it stands below jest's own summary.
    process.on("exit", () => {
      process.stdout.write(
        `${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ""}\n`,
      );
    });
  }
}
