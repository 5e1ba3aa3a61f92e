import type { Reporter, TestCase } from "vitest/node";

/** A vitest reporter that ends the output with one plain line: `N passed, N failed[, N skipped]`. */
export default class ClosingLine implements Reporter {
  private readonly counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };

  onTestCaseResult(test: TestCase): void {
    this.counts[test.result().state] += 1;
  }

  /** Errors outside of tests (a file that cannot be loaded) count as failures: they must not hide behind passed tests. */
  onTestRunEnd(modules: readonly { errors(): unknown[] }[], unhandledErrors: readonly unknown[]): void {
    const outside = modules.reduce((sum, module) => sum + module.errors().length, 0) + unhandledErrors.length;
    const { passed, failed, skipped } = this.counts;
    // vitest's own summary is printed after the reporters' end hook returns: wait for the exit, so as to be last.
    process.once("exit", () => {
      const tail = skipped > 0 ? `, ${skipped} skipped` : "";
      process.stdout.write(`${passed} passed, ${failed + outside} failed${tail}\n`);
    });
  }
}
