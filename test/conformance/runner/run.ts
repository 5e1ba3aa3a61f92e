import { parseArgs } from "node:util";
import { comparable, compare } from "./compare.ts";
import { PlayedRunner } from "./played-runner.ts";
import { type Row, readGroups } from "./rows.ts";

/*
 * usage: npm run conformance:runner -- [--runner-version 17.5.0] [--group PREFIX] [--only ID]… [--show] FILE.jsonl…
 * Runs the job of each row, groups in order in one builds folder. A row fails by state, exit code, reason or files; lines of the logs are
 * counted on a line of their own, and below 99 % the command fails too. Ends with `N passed, N failed`.
 * `--show` prints the logs of rows that differ; `--only` leaves the others out, which a group in order may need.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    "runner-version": { type: "string", default: "17.5.0" },
    group: { type: "string", default: "" },
    only: { type: "string", multiple: true, default: [] },
    show: { type: "boolean", default: false },
  },
});
if (positionals.length === 0) {
  process.stderr.write(
    "usage: npm run conformance:runner -- [--runner-version 17.5.0] [--group PREFIX] [--only ID]… [--show] FILE.jsonl…\n",
  );
  process.exit(2);
}

const enoughLines = 0.99;
const counts = { passed: 0, failed: 0, same: 0, all: 0 };
for (const file of positionals) {
  for (const rows of readGroups(file)) await playGroup(rows);
}
const share = counts.all === 0 ? 1 : counts.same / counts.all;
console.log(`${counts.same} of ${counts.all} log lines are the same (${(share * 100).toFixed(2)} %)`);
console.log(`${counts.passed} passed, ${counts.failed} failed`);
process.exitCode = counts.failed > 0 || share < enoughLines ? 1 : 0;

async function playGroup(rows: readonly Row[]): Promise<void> {
  const chosen = rows.filter(({ id }) => wanted(id));
  if (chosen.length === 0) return;
  const runner = new PlayedRunner(values["runner-version"]);
  try {
    for (const row of chosen) await playRow(runner, row);
  } finally {
    runner.close();
  }
}

function wanted(id: string): boolean {
  return id.startsWith(values.group) && (values.only.length === 0 || values.only.includes(id));
}

async function playRow(runner: PlayedRunner, row: Row): Promise<void> {
  const { answer } = await runner.play(row);
  const { differences, lines } = compare(row.expected, answer);
  counts.same += lines.same;
  counts.all += lines.all;
  if (differences.length === 0) counts.passed += 1;
  else counts.failed += 1;
  if (differences.length > 0) console.log(`${row.id}: ${differences.join("; ")}`);
  if (!values.show || (differences.length === 0 && lines.same === lines.all)) return;
  for (const name of ["log", "after_log"] as const) {
    console.log(
      `  ${row.id} ${name}, runner: ${JSON.stringify(row.expected[name]?.map(comparable))?.slice(0, 1000)}`,
    );
    console.log(
      `  ${row.id} ${name}, here:   ${JSON.stringify(answer[name]?.map(comparable))?.slice(0, 1000)}`,
    );
  }
}
