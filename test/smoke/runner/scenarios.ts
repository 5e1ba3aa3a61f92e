import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ExpansionSession } from "../../../src/smoke/local/expansion-session.ts";
import { openLocalSession } from "../../../src/smoke/local/session.ts";
import { runScenarios } from "../../../src/smoke/run-scenarios.ts";
import type { VariationReport } from "../../../src/smoke/run-variation.ts";
import { loadScenarios, type Scenario } from "../../../src/smoke/scenario.ts";
import { Needs } from "../../../src/smoke/surroundings.ts";
import { variationsOf } from "../../../src/smoke/variation.ts";
import { lastWords } from "../../host/hosts.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Runs those scenarios of this repository that are chosen, on the local runner. */
export async function runOwnScenarios(
  choose: (scenario: Scenario) => boolean,
  executor: "shell" | "container" = "shell",
): Promise<VariationReport[]> {
  const traceFolder = await mkdtemp(join(tmpdir(), "berth-smoke-traces-"));
  const signal = new AbortController().signal;
  const needs = new Needs({
    keep: false,
    say: () => undefined,
    onFailure: async (host) => console.error(await lastWords(host)),
    signal,
  });
  const executors = needs.executors(executor);
  try {
    await needs.prepareMachine();
    return await runScenarios(loadScenarios([], root).filter(choose).flatMap(variationsOf), {
      runner: "local",
      open: async ({ scenario, project, steps }) =>
        steps.every(({ definition }) => definition.run === false)
          ? ExpansionSession.open(project, root, scenario.name)
          : openLocalSession({
              project,
              components: root,
              name: scenario.name,
              executors,
              env: process.env,
            }),
      needs,
      concurrency: 2,
      traceFolder,
      signal,
    });
  } finally {
    await needs.close();
    await rm(traceFolder, { recursive: true, force: true });
  }
}

/** What a test compares with nothing: name and problems of each run that did not pass. */
export function failures(reports: readonly VariationReport[]): unknown[] {
  return reports
    .filter((report) => report.state !== "passed")
    .map(({ name, state, error, steps }) => ({
      name,
      state,
      error,
      problems: steps.flatMap((step) => step.problems),
    }));
}
