import type { Reporter, TestCase, TestModule } from "vitest/node";

/**
 * A vitest reporter that ends the output with what was skipped and why, one line a file and reason, and then with one
 * plain line: `N passed, N failed`.
 */
export default class ClosingLine implements Reporter {
  private readonly counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
  private readonly skipped: TestCase[] = [];

  onTestCaseResult(test: TestCase): void {
    const { state } = test.result();
    this.counts[state] += 1;
    if (state === "skipped") this.skipped.push(test);
  }

  /**
   * Errors outside of tests (a file that cannot be loaded, a block whose preparation fails) count as failures: they must not
   * hide behind passed tests.
   */
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const blocks = modules.flatMap((module) => [module, ...module.children.allSuites()]);
    const outside = blocks.reduce((sum, block) => sum + block.errors().length, 0) + unhandledErrors.length;
    const { passed, failed } = this.counts;
    const lines = [...countReasons(this.skipped)].map(([reason, count]) => `${count} skipped in ${reason}\n`);
    // vitest's own summary is printed after the reporters' end hook returns: wait for the exit, so as to be last.
    process.once("exit", () => {
      process.stdout.write(`${lines.join("")}${passed} passed, ${failed + outside} failed\n`);
    });
  }
}

function countReasons(skipped: readonly TestCase[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const test of skipped) {
    const reason = `${test.module.relativeModuleId}: ${reasonOf(test)}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

/** Given by `skippedWhere` (test/skipped.ts), or by the test itself: `skip(reason)`. */
function reasonOf(test: TestCase): string {
  const result = test.result();
  const given = test.meta().skippedBecause ?? (result.state === "skipped" ? result.note : undefined);
  if (given !== undefined) return given;
  for (let block: TestCase["parent"] | undefined = test.parent; block; ) {
    if (block.errors().length > 0) return "the preparation of its block failed";
    block = block.type === "suite" ? block.parent : undefined;
  }
  return "no reason is given";
}
