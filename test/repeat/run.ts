import { parseArgs } from "node:util";
import { startLoad } from "./load.ts";
import { runUnitTests } from "./once.ts";
import { appendRun, readRuns, type TestRun } from "./results.ts";
import { treeState } from "./tree.ts";
import { differencesBetween, judge } from "./verdict.ts";

const help = `usage: npm run test:repeat -- N [--load K] [--seed S] [--results FILE]

Runs the unit tests until there are N runs of the present files, each in another random order, while K busy processes
take the processor. Prints the seed of each order; --seed S sets the first one, so that an order can be repeated.

Each run is a line of FILE (.berth/test-repeat.jsonl), so that a series can be interrupted and continued: earlier runs count
where every file of the repository that unit tests may read was the same, and Node's version, and the load at least K.
Remove FILE to begin anew. Exits with 1 when a test failed, or did not come out the same each time.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    load: { type: "string", default: "0" },
    seed: { type: "string" },
    results: { type: "string", default: ".berth/test-repeat.jsonl" },
    help: { type: "boolean", default: false },
  },
});

const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());

if (values.help) print(help);
else process.exitCode = await main();

async function main(): Promise<number> {
  const wanted = wholeNumber(positionals[0], 1);
  const load = wholeNumber(values.load, 0);
  const firstSeed = wholeNumber(values.seed ?? String(Date.now() % 1_000_000), 0);
  if (wanted === undefined || load === undefined || firstSeed === undefined || positionals.length > 1) {
    print(help);
    return 2;
  }
  const state = treeState();
  const runs = readRuns(values.results).filter((run) => counts(run, state.tree, load));
  if (runs.length > 0)
    print(`${runs.length} of ${wanted} runs of these files are in ${values.results} already`);
  const busy = startLoad(load);
  try {
    for (let seed = firstSeed; runs.length < wanted; seed += 1) {
      print(`run ${runs.length + 1} of ${wanted}: seed ${seed}, ${load} busy processes`);
      const outcome = await runUnitTests(seed, stop.signal);
      if (stop.signal.aborted) return 130;
      const run = { ...state, node: process.version, seed, load, ...outcome };
      appendRun(values.results, run);
      runs.push(run);
      const { passed, failing, skipped, seconds } = run;
      print(`  ${passed} passed, ${failing.length} failed, ${skipped.length} skipped, in ${seconds} s`);
      for (const name of failing) print(`  failed: ${name}`);
    }
  } finally {
    await busy.end();
  }
  for (const line of differencesBetween(runs)) print(line);
  const verdict = judge(runs);
  print(
    `${runs.length - verdict.failed} of ${runs.length} runs green, ${verdict.different} tests not the same each time`,
  );
  return verdict.failed === 0 && verdict.different === 0 ? 0 : 1;
}

function counts(run: TestRun, tree: string, load: number): boolean {
  return run.tree === tree && run.node === process.version && run.load >= load;
}

function wholeNumber(text: string | undefined, least: number): number | undefined {
  return /^\d{1,9}$/.test(text ?? "") && Number(text) >= least ? Number(text) : undefined;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
