import { parseArgs } from "node:util";
import { bootHost } from "../../src/host/index.ts";
import { Results } from "./results.ts";
import { badDeploys } from "./server/bad-packages.ts";
import { faults } from "./server/faults.ts";
import { interruptedCases } from "./server/interrupted.ts";
import { otherCases } from "./server/other-cases.ts";
import { buildPackages, type Packages } from "./server/packages.ts";
import { rollingCases } from "./server/rolling.ts";
import { numbersFrom } from "./server/seeded.ts";
import { Trial } from "./server/trial.ts";

const help = `usage: npm run faults -- [--hosts N] [--only REGEXP] [--random N] [--seed N] [--results FILE]

Every fault before every step of a deploy, every package that must not go live, other mishaps, and N
interruptions at random moments, on N throw-away servers at once. Prints one line for each trial, and what was wrong; exits with 1 when anything was.
With --results a run that was cut short goes on: what went well on these very files is not tried again.`;

const { values } = parseArgs({
  options: {
    hosts: { type: "string", default: "2" },
    only: { type: "string", default: "." },
    random: { type: "string", default: "20" },
    seed: { type: "string", default: "1" },
    results: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) process.stdout.write(`${help}\n`);
else process.exitCode = await main();

/** One thing to try on a server; returns what was wrong. */
interface Attempt {
  readonly name: string;
  readonly happen: (trial: Trial) => Promise<string[]>;
}

async function main(): Promise<number> {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
  const packages = await buildPackages((line) => process.stderr.write(`${line}\n`));
  const started = Date.now();
  try {
    const all = await attempts(packages);
    const only = new RegExp(values.only);
    const results = new Results(values.results);
    const chosen = all.filter(({ name }) => only.test(name));
    const queue = chosen.filter(({ name }) => !results.has(name));
    const total = chosen.length;
    if (queue.length < total) process.stdout.write(`${total - queue.length} were well before\n`);
    let failed = 0;
    const work = async () => {
      for (let trial: Trial | undefined; ; ) {
        const attempt = queue.shift();
        if (attempt === undefined) return trial?.end();
        trial ??= await newTrial(packages);
        const problems = await attempt.happen(trial).catch((error: unknown) => [String(error)]);
        results.add(attempt.name, problems);
        process.stdout.write(`${problems.length === 0 ? "well  " : "WRONG "} ${attempt.name}\n`);
        for (const problem of problems)
          process.stdout.write(`         ${problem.replaceAll("\n", "\n         ")}\n`);
        if (problems.length === 0) continue;
        failed += 1;
        await trial.end();
        trial = undefined; // a server in an unknown state would make the next trial's finding worthless
      }
    };
    await Promise.all(Array.from({ length: Number(values.hosts) }, work));
    const seconds = Math.round((Date.now() - started) / 1000);
    process.stdout.write(`\n${total - failed} well, ${failed} wrong, in ${seconds} s\n`);
    return failed === 0 && total > 0 ? 0 : 1;
  } finally {
    packages.remove();
  }
}

async function newTrial(packages: Packages): Promise<Trial> {
  return Trial.begin(await bootHost({ sudo: "none" }), packages);
}

/** The steps are asked of a real deploy, so that a new step is in the matrix by itself. */
async function attempts(packages: Packages): Promise<Attempt[]> {
  const host = await bootHost({ sudo: "none" });
  const steps = await (await Trial.begin(host, packages)).steps();
  await host.down();
  const matrix = steps.flatMap((step) =>
    faults.map((fault) => ({
      name: `${fault.name} before "${step}"`,
      happen: (trial: Trial) => trial.faultAt(step, fault),
    })),
  );
  const bad = badDeploys.map((each, index) => ({
    name: each.name,
    happen: (trial: Trial) => trial.refused(each.make(packages, `9.${index}.0`), each.cause, each.options),
  }));
  const random = numbersFrom(Number(values.seed));
  const interruptions = Array.from({ length: Number(values.random) }, () => {
    const fault = faults[Math.floor(random() * 4)]!;
    const milliseconds = Math.floor(random() * 10_000);
    return {
      name: `${fault.name} after ${milliseconds} ms`,
      happen: (trial: Trial) => trial.faultAfter(milliseconds, fault),
    };
  });
  return [...bad, ...otherCases, ...interruptedCases, ...rollingCases, ...matrix, ...interruptions];
}
