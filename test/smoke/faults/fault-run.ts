import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openGitlab } from "../../../src/gitlab/index.ts";
import { checkProject } from "../../../src/smoke/gitlab/check.ts";
import { openGitlabSession } from "../../../src/smoke/gitlab/session.ts";
import { runVariation } from "../../../src/smoke/run-variation.ts";
import type { Scenario } from "../../../src/smoke/scenario.ts";
import { variationsOf } from "../../../src/smoke/variation.ts";
import { type GitlabServer, seededFaults, startGitlabServer } from "../../gitlab-server/index.ts";

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

/** How the pipeline begins, in turn: through the API, by a push, by a merge request. */
const beginnings = [undefined, "push", "merge_request_event"] as const;

const pipeline = (script: string, source: string) => `
workflow:
  rules: [{ if: $CI_PIPELINE_SOURCE == "${source}" }]
greet:
  script: ["${script}"]
  artifacts: { paths: [made.txt] }
after:
  stage: deploy
  when: manual
  script: ["cat made.txt"]
`;

/** No run may last longer: its pipeline ends within seconds, and each request has a bound. */
const limitSeconds = 600;

/**
 * One smoke run through the stand-in with random faults in 15 % of the requests. The scenario must fail for odd seeds
 * (its job does), pass for even ones: a verdict is right only if it is that one.
 */
export async function runWithFaults(seed: number): Promise<FaultVerdict> {
  const begin = Date.now();
  const folder = await mkdtemp(join(tmpdir(), "berth-smoke-fault-"));
  const server = await startGitlabServer({ backgroundDelay: 100 });
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
      timeoutSeconds: 400,
      traceFolder: join(folder, "traces"),
      signal: new AbortController().signal,
    });
    server.faults = undefined;
    const expected = seed % 2 === 0 ? "passed" : "failed";
    if (report.state !== expected && report.state !== "error")
      wrong.push(`verdict ${report.state}, expected ${expected}`);
    const problems = report.steps.flatMap((step) => step.problems);
    if (report.state === "failed" && !problems.includes("greet: state is failed, expected success"))
      wrong.push(`failed for another reason: ${problems.join("; ")}`);
    if (
      report.state === "error" &&
      (!report.error || report.error.includes("\n") || /at .*\.ts:\d/.test(report.error))
    )
      wrong.push(`unclear error: ${report.error}`);
    // Faults may hit the cleaning up itself for longer than it tries: then the error says so, and the next run removes it.
    if (!report.error?.startsWith("cleaning up failed")) wrong.push(...leftOn(server));
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

function leftOn({ state }: GitlabServer): string[] {
  const branches = state.projects.flatMap((project) => project.branches().filter((name) => name !== "main"));
  const running = state.pipelines.filter((each) => ["created", "pending", "running"].includes(each.status));
  const open = state.mergeRequests.filter((each) => each.state === "opened");
  return [
    ...branches.map((name) => `left behind: the branch ${name}`),
    ...running.map((each) => `left behind: the pipeline ${each.id}, ${each.status}`),
    ...open.map((each) => `left behind: the merge request ${each.iid}`),
  ];
}

function variation(seed: number) {
  const source = beginnings[seed % beginnings.length];
  const script = seed % 2 === 0 ? "echo made > made.txt" : "exit 3";
  const scenario: Scenario = {
    name: `seed-${seed}`,
    description: "A run under faults",
    file: "scenario.yml",
    folder: tmpdir(),
    pipeline: pipeline(script, source ?? "push"),
    ...(source && { source }),
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
