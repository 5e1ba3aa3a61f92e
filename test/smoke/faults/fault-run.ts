import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitlab } from "../../../src/gitlab/index.ts";
import { checkProject } from "../../../src/smoke/gitlab/check.ts";
import { openGitlabSession } from "../../../src/smoke/gitlab/session.ts";
import { runVariation } from "../../../src/smoke/run-variation.ts";
import type { Scenario } from "../../../src/smoke/scenario.ts";
import { variationsOf } from "../../../src/smoke/variation.ts";
import { seededFaults, startGitlabServer } from "../../gitlab-server/index.ts";

/** What one seeded run came to. */
export interface FaultVerdict {
  readonly seed: number;
  /** `passed` and `failed` are verdicts; `error` is one line for the user. */
  readonly state: string;
  readonly error: string | undefined;
  readonly seconds: number;
  /** What must not be; empty when all is well. */
  readonly wrong: readonly string[];
}

const pipeline = (script: string) => `
greet:
  script: ["${script}"]
  artifacts: { paths: [made.txt] }
after:
  stage: deploy
  when: manual
  script: ["cat made.txt"]
`;

/** No run may last longer: its pipeline ends within seconds, and each request has a bound. */
const limitSeconds = 180;

/**
 * One smoke run through the stand-in with random faults in 15 % of the requests. The scenario must fail for odd seeds
 * (its job does), pass for even ones: a verdict is right only if it is that one.
 */
export async function runWithFaults(seed: number): Promise<FaultVerdict> {
  const begin = Date.now();
  const folder = await mkdtemp(join(tmpdir(), "berth-smoke-fault-"));
  const server = await startGitlabServer();
  const wrong: string[] = [];
  try {
    const project = server.addProject("group/app", { "README.md": "An application\n", "old.txt": "old" });
    const access = { address: server.address, token: server.token, authorityFiles: [], proxy: {} };
    const client = openGitlab({ access, pause: 20, attempts: 8, perSecond: 1000, horizon: 1_000 });
    const checked = await checkProject(client, project.path);
    server.faults = seededFaults(seed, 150);
    const report = await runVariation(variation(seed), {
      runner: "gitlab",
      open: () => openGitlabSession({ client, checked, components: folder, interval: 50 }),
      variables: [],
      timeoutSeconds: 120,
      traceFolder: join(folder, "traces"),
      signal: new AbortController().signal,
    });
    server.faults = undefined;
    const expected = seed % 2 === 0 ? "passed" : "failed";
    if (report.state !== expected && report.state !== "error")
      wrong.push(`verdict ${report.state}, expected ${expected}`);
    if (
      report.state === "error" &&
      (!report.error || report.error.includes("\n") || /at .*\.ts:\d/.test(report.error))
    )
      wrong.push(`unclear error: ${report.error}`);
    const left = (await client.repository.branches(project.path, "berth-smoke/")).map(
      (branch) => branch.name,
    );
    // Faults may hit the cleaning up itself for longer than it tries: then the error says so, and the next run removes it.
    if (left.length > 0 && report.state !== "error") wrong.push(`left behind: ${left.join(", ")}`);
    const pipelines = server.state.pipelines.length;
    if (pipelines > 1) wrong.push(`${pipelines} pipelines for one request`);
    const seconds = (Date.now() - begin) / 1000;
    if (seconds > limitSeconds) wrong.push(`took ${seconds} s`);
    return { seed, state: report.state, error: report.error, seconds, wrong };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function variation(seed: number) {
  const script = seed % 2 === 0 ? "echo made > made.txt" : "exit 3";
  const scenario: Scenario = {
    name: `seed-${seed}`,
    description: "A run under faults",
    file: "scenario.yml",
    folder: tmpdir(),
    pipeline: pipeline(script),
    ...(seed % 2 === 0 && { play: ["after"] }),
    expect: {
      jobs: { greet: "success", after: "success" },
      artifacts: { greet: [{ path: "made.txt", contains: "made" }] },
      traces: { after: { contains: "made" } },
    },
  };
  const [first] = variationsOf(scenario);
  if (!first) throw new Error("a scenario has at least one variation");
  return first;
}
