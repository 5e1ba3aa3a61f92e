import { runWithFaults } from "./fault-run.ts";

/* npm run faults:smoke [-- COUNT]: smoke runs through the stand-in GitLab with random faults, one seed each. */

const count = Number(process.argv[2] ?? 200);
const seeds = Array.from({ length: count }, (_, index) => index + 1);
const states = new Map<string, number>();
let wrong = 0;
let slowest = 0;

const worker = async () => {
  for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) {
    const verdict = await runWithFaults(seed);
    states.set(verdict.state, (states.get(verdict.state) ?? 0) + 1);
    slowest = Math.max(slowest, verdict.seconds);
    for (const problem of verdict.wrong) console.log(`seed ${seed}: ${problem}`);
    if (verdict.wrong.length > 0) wrong += 1;
    if (verdict.error) console.log(`seed ${seed}: ended with: ${verdict.error}`);
  }
};
await Promise.all([worker(), worker(), worker()]);
console.log(
  `${count} runs: ${[...states].map(([state, number]) => `${number} ${state}`).join(", ")}; slowest ${slowest.toFixed(1)} s`,
);
const verdicts = (states.get("passed") ?? 0) + (states.get("failed") ?? 0);
// Errors are allowed for faults that no client can live through; a client that gives up on everything is not.
if (verdicts < count * 0.8) console.log(`only ${verdicts} of ${count} runs came to a verdict`);
process.exitCode = wrong === 0 && verdicts >= count * 0.8 ? 0 : 1;
console.log(`${count - wrong} passed, ${wrong} failed`);
