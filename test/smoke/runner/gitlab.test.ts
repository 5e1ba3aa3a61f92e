import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { PipelineEvent } from "../../../src/pipelines/result.ts";
import { openGitlabRunner } from "../../../src/smoke/gitlab/runner.ts";
import { runVariation, type VariationReport } from "../../../src/smoke/run-variation.ts";
import type { Definition, Scenario } from "../../../src/smoke/scenario.ts";
import { variationsOf } from "../../../src/smoke/variation.ts";
import { type GitlabServer, startGitlabServer } from "../../gitlab-server/index.ts";
import { runWithFaults } from "../faults/fault-run.ts";

let folder: string;
let server: GitlabServer;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-smoke-gitlab-"));
  server = await startGitlabServer({ runnerTags: ["linux"], subPath: "/gitlab" });
  server.addProject("group/berth", { "README.md": "Components\n", "src/old.txt": "old\n" });
  await mkdir(join(folder, "templates"));
  await writeFile(
    join(folder, "templates/greet.yml"),
    "spec: { inputs: { whomToGreet: {} } }\n---\ngreet: { script: ['ls; echo \"hello $[[ inputs.whomToGreet ]]\"'] }\n",
  );
});

afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe("a scenario through the GitLab API", () => {
  it("tests the working tree's components at the commit that it pushes, and leaves no branch", async () => {
    const report = await run({
      component: "greet",
      inputs: { whomToGreet: "the world" },
      expect: {
        pipeline: "success",
        jobs: { greet: "success" },
        traces: { greet: { contains: ["hello the world", "templates"], lacks: "src" } },
      },
    });
    expect(report).toMatchObject({ state: "passed", runner: "gitlab" });
    expect(report.steps[0]?.result.jobs[0]?.url).toContain("/gitlab/group/berth/-/jobs/");
    expect(branches()).toEqual(["main"]);
    expect(server.state.pipelines).toHaveLength(1);
  });

  it("plays manual jobs, reads artifacts, and goes on with the next step on the same branch", async () => {
    const make = "make: { script: ['cat *.txt > all.out'], artifacts: { paths: [all.out] } }\n";
    const byHand = "by_hand: { stage: deploy, when: manual, script: ['echo \"by $WHO: $(cat all.out)\"'] }\n";
    const report = await run(
      { pipeline: make + byHand, play: [{ job: "by_hand", variables: { WHO: "hand" } }] },
      {
        steps: [
          {
            name: "first",
            files: { "one.txt": "1" },
            expect: { artifacts: { make: [{ path: "all.out", contains: "1" }] } },
          },
          {
            name: "second",
            files: { "two.txt": "2" },
            play: ["by_hand"],
            expect: {
              jobs: { make: "success", by_hand: "success" },
              traces: { by_hand: { contains: "12" } },
            },
          },
        ],
      },
    );
    expect(report.steps.flatMap((step) => step.problems)).toEqual([]);
    expect(report.steps).toHaveLength(2);
    expect(branches()).toEqual(["main"]);
  });

  it("reads again what was skipped behind a manual job when that one is played", async () => {
    const report = await run({
      pipeline:
        "by_hand: { when: manual, script: ['true'] }\nbehind: { needs: [by_hand], script: ['echo after all'] }\n",
      play: ["by_hand"],
      expect: {
        jobs: { by_hand: "success", behind: "success" },
        traces: { behind: { contains: "after all" } },
      },
    });
    expect(report.steps[0]?.problems).toEqual([]);
  });

  it("starts one pipeline for a merge request, and closes it", async () => {
    const report = await run({
      pipeline: "a:\n  script: ['true']\n  rules: [{ if: $CI_PIPELINE_SOURCE == 'merge_request_event' }]\n",
      source: "merge_request_event",
      expect: { jobs: { a: "success" } },
    });
    expect(report.state).toBe("passed");
    expect(server.state.pipelines.map((each) => each.start.source)).toEqual(["merge_request_event"]);
    expect(server.state.mergeRequests.map((each) => each.state)).toEqual(["closed"]);
  });

  it("gives GitLab's reasons for a refusal", async () => {
    const report = await run({
      component: "greet",
      inputs: { whom: 1 },
      expect: { error: "unknown input arguments: whom" },
    });
    expect(report.state).toBe("passed");
    expect(branches()).toEqual(["main"]);
  });

  it("says which tags no runner has, cancels, and cleans up", async () => {
    const report = await run(
      { pipeline: "a: { tags: [windows], script: [dir] }\n", expect: { jobs: { a: "success" } } },
      {},
      { stuckAfter: 100 },
    );
    expect(report).toMatchObject({
      state: "error",
      error: "the job a is stuck: no runner has the tags windows",
    });
    expect(branches()).toEqual(["main"]);
  });

  it("cancels the pipeline and removes the branch on Ctrl-C", async () => {
    const controller = new AbortController();
    const report = await run(
      { pipeline: "slow:\n  script: sleep 100\n", expect: { pipeline: "success" } },
      {},
      {
        controller,
        onEvent: (event) => event.kind === "job-started" && controller.abort(),
      },
    );
    expect(report.state).toBe("canceled");
    expect(branches()).toEqual(["main"]);
  });

  it("removes what a run that died left behind, and nothing younger", async () => {
    const project = server.state.projects[0]!;
    const young = `berth-smoke/${new Date().toISOString().replace(/[-:]|\..*$/g, "")}-12345678`;
    for (const name of ["berth-smoke/20200101T000000-abcdef01", young, "berth-smoke/by-hand"]) {
      project.commit(name, "Left", [{ action: "create", file_path: "x", content: "x" }], "main");
    }
    const said: string[] = [];
    await openRunner({ say: (line) => said.push(line) });
    expect(said).toEqual(["removed the stale branch berth-smoke/20200101T000000-abcdef01"]);
    expect(branches()).toEqual(["berth-smoke/by-hand", young, "main"].sort());
  });

  it("names what is missing before anything is pushed", async () => {
    await expect(openRunner({ env: {} })).rejects.toThrow(/^no GitLab token: set GITLAB_TOKEN/);
    await expect(openRunner({ project: undefined })).rejects.toThrow(
      /^no GitLab project: name one with --project/,
    );
    await expect(openRunner({ project: "group/nowhere" })).rejects.toThrow(/404/);
    server.addProject("group/empty");
    await expect(openRunner({ project: "group/empty" })).rejects.toThrow(
      /the project has no commit: push one/,
    );
  });
});

describe("a scenario through the API, with random faults", () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])("seed %i ends rightly, with nothing left", async (seed) => {
    expect((await runWithFaults(seed)).wrong).toEqual([]);
  });
});

interface RunOptions {
  readonly controller?: AbortController;
  readonly onEvent?: (event: PipelineEvent) => unknown;
  readonly stuckAfter?: number;
}

async function run(
  definition: Definition,
  more: Partial<Scenario> = {},
  { controller = new AbortController(), onEvent, stuckAfter }: RunOptions = {},
): Promise<VariationReport> {
  const scenario: Scenario = {
    name: "try",
    description: "A try",
    file: "scenario.yml",
    folder,
    ...definition,
    ...more,
  };
  const { open } = await openRunner({ signal: controller.signal, stuckAfter });
  const [variation] = variationsOf(scenario);
  return runVariation(variation!, {
    runner: "gitlab",
    open,
    variables: [],
    traceFolder: join(folder, "traces"),
    signal: controller.signal,
    onEvent: (event) => void onEvent?.(event),
  });
}

function openRunner(given: Partial<Parameters<typeof openGitlabRunner>[0]>) {
  return openGitlabRunner({
    project: "group/berth",
    components: folder,
    env: { GITLAB_URL: server.address, GITLAB_TOKEN: server.token },
    signal: new AbortController().signal,
    keep: false,
    say: () => undefined,
    interval: 50,
    connection: { perSecond: 1_000 },
    ...given,
  });
}

function branches(): string[] {
  return server.state.projects[0]!.branches().sort();
}
