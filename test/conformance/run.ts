import { parseArgs } from "node:util";
import { parseGitLabVersion } from "../../src/engine/version/index.ts";
import { judgeSafely, showAnswers } from "./answers.ts";
import { readCases } from "./case-file.ts";

/*
 * usage: npm run conformance -- [--gitlab-version 18.11] [--group PREFIX] [--only ID]… [--show ID]… [--limit N] FILE.jsonl…
 * Prints one line for each failing case and ends with `N passed, M failed`. `--show` prints both answers of a case,
 * `--show all` those of every failing one, `--only` runs one case alone and prints both answers of it.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    group: { type: "string", default: "" },
    only: { type: "string", multiple: true, default: [] },
    show: { type: "string", multiple: true, default: [] },
    "gitlab-version": { type: "string", default: "18.11" },
    limit: { type: "string", default: "Infinity" },
  },
});
const version = parseGitLabVersion(values["gitlab-version"]);
if (positionals.length === 0 || version === undefined) {
  process.stderr.write(
    "usage: npm run conformance -- [--gitlab-version 18.11] [--group PREFIX] [--only ID]… [--show ID|all]… FILE.jsonl…\n",
  );
  process.exit(2);
}

const counts = { passed: 0, failed: 0, skipped: 0 };
for (const file of positionals) {
  for (const each of readCases(file)) {
    if (!each.group.startsWith(values.group)) continue;
    if (values.only.length > 0 && !values.only.includes(each.id)) continue;
    const verdict = judgeSafely(each, version);
    if (verdict.skipped) counts.skipped++;
    else if (verdict.passed) counts.passed++;
    else counts.failed++;
    const shown =
      [...values.show, ...values.only].includes(each.id) ||
      (values.show.includes("all") && !verdict.passed && !verdict.skipped);
    if (!verdict.passed && !verdict.skipped && !shown) console.log(`${each.id} differs`);
    if (shown && counts.failed <= Number(values.limit)) console.log(`${showAnswers(each, verdict)}\n`);
  }
}
if (counts.skipped > 0) console.log(`${counts.skipped} skipped: their texts are not at hand`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 ? 1 : 0;
