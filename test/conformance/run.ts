import { parseArgs } from "node:util";
import { readCases } from "./case-file.ts";
import { judge, type Verdict } from "./judge.ts";

/*
 * usage: npm run conformance -- [--group PREFIX] [--show ID]… [--limit N] FILE.jsonl…
 * Prints one line for each failing case and ends with `N passed, M failed`. `--show` prints both answers of a case,
 * `--show all` those of every failing one.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    group: { type: "string", default: "" },
    show: { type: "string", multiple: true, default: [] },
    limit: { type: "string", default: "Infinity" },
  },
});
if (positionals.length === 0) {
  process.stderr.write("usage: npm run conformance -- [--group PREFIX] [--show ID|all]… FILE.jsonl…\n");
  process.exit(2);
}

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of positionals) {
  for (const each of readCases(file)) {
    if (!each.group.startsWith(values.group)) continue;
    const verdict = judgeSafely(each);
    if (verdict.skipped) counts.skipped++;
    else if (verdict.passed) counts.passed++;
    else counts.failed++;
    const shown =
      values.show.includes(each.id) || (values.show.includes("all") && !verdict.passed && !verdict.skipped);
    if (!verdict.passed && !verdict.skipped && !shown) console.log(`${each.id} differs`);
    if (shown && counts.failed <= Number(values.limit)) show(each, verdict);
  }
}
if (counts.skipped > 0) console.log(`${counts.skipped} skipped: their texts are not at hand`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;

/** A crash of ours is a failed case, not the end of the run. */
function judgeSafely(each: Parameters<typeof judge>[0]): Verdict {
  try {
    return judge(each);
  } catch (error) {
    return {
      passed: false,
      expected: each.expected,
      actual: error instanceof Error ? String(error.stack) : error,
    };
  }
}

function show(each: { id: string }, { passed, expected, actual }: Verdict): void {
  const { id, expected: _expected, content, ci, ...given } = each as Record<string, unknown>;
  console.log(`${id} ${passed ? "passes" : "differs"}\n${content ?? ci ?? ""}`);
  console.log(`given:    ${JSON.stringify(given)}`);
  console.log(`expected: ${JSON.stringify(expected)}`);
  console.log(`actual:   ${typeof actual === "string" ? actual : JSON.stringify(actual)}\n`);
}
