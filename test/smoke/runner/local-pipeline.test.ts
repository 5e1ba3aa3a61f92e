import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { jobEnvironment } from "../../../src/pipelines/environment.ts";
import { ExecutorChooser } from "../../../src/pipelines/executor.ts";
import type { PlannedJob } from "../../../src/pipelines/plan.ts";
import type { JobResult, PipelineEvent, PipelineResult } from "../../../src/pipelines/result.ts";
import { LocalPipeline } from "../../../src/pipelines/run-pipeline.ts";
import type { CiVariable } from "../../../src/pipelines/variables.ts";
import { SmokeProject } from "../../../src/smoke/local/project.ts";
import { plannedJob as job } from "./planned-job.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-smoke-test-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe("a pipeline on the local runner", () => {
  it("runs a job with GitLab's variables in a clean checkout of the commit", async () => {
    const pipeline = await open([
      job("look", {
        script: [
          'echo "$CI $GITLAB_CI $CI_COMMIT_BRANCH $CI_PIPELINE_SOURCE $CI_JOB_NAME $CI_JOB_STAGE"',
          'test "$CI_COMMIT_SHA" = "$(git rev-parse HEAD)"',
          'test "$CI_PROJECT_DIR" = "$PWD"',
          "ls -A",
          "git status --porcelain",
        ],
      }),
    ]);
    const result = await pipeline.run();
    expect(states(result)).toEqual({ look: "success" });
    const trace = await traceOf(result, "look");
    expect(trace).toContain("true true main push look test");
    expect(trace).toMatch(/\$ ls -A\n\.git\nREADME\.md\n/);
    expect(trace).toMatch(/\$ git status --porcelain\nJob succeeded\n$/);
  });

  it("hands artifacts on to later jobs, and to nothing else", async () => {
    const pipeline = await open([
      job("make", {
        stage: "build",
        script: ["mkdir out", "echo made > out/file", "echo other > left-behind"],
        artifacts: { paths: ["out/"], exclude: [], when: "on_success", reports: {} },
      }),
      job("use", { stage: "test", script: ["cat out/file", "test ! -e left-behind"] }),
      job("refuse", { stage: "test", dependencies: [], script: ["test ! -e out"] }),
    ]);
    const result = await pipeline.run();
    expect(states(result)).toEqual({ make: "success", use: "success", refuse: "success" });
    expect(await readdir(join(folder, "project"))).toEqual([".git", "README.md"]);
    const made = find(result, "make").artifactsFolder ?? "";
    expect(await readFile(join(made, "out/file"), "utf8")).toBe("made\n");
  });

  it("understands failures: exit code, allowed failures, what is skipped, and what runs on failure", async () => {
    const pipeline = await open([
      job("tolerated", { stage: "build", script: ["exit 3"], allowFailure: true }),
      job("allowed code", { stage: "build", script: ["exit 42"], allowFailureExitCodes: [42] }),
      job("broken", { stage: "test", script: ["echo last words", "false | true", "echo not reached"] }),
      job("after", { stage: "deploy", script: ["echo never"] }),
      job("clean up", { stage: "deploy", when: "on_failure", script: ["echo cleaning"] }),
      job("report", { stage: "deploy", when: "always", script: ["echo reporting"] }),
    ]);
    const result = await pipeline.run();
    expect(states(result)).toEqual({
      tolerated: "failed",
      "allowed code": "failed",
      broken: "failed",
      after: "skipped",
      "clean up": "success",
      report: "success",
    });
    expect(result.state).toBe("failed");
    expect(find(result, "tolerated")).toMatchObject({ exitCode: 3, allowFailure: true });
    expect(find(result, "allowed code")).toMatchObject({ exitCode: 42, allowFailure: true });
    expect(find(result, "broken")).toMatchObject({ exitCode: 1, failureReason: "script_failure" });
    expect(await traceOf(result, "broken")).not.toContain("\nnot reached");
  });

  it("keeps to the job's timeout and ends everything that the job started", async () => {
    // What the job starts in the background holds a connection: its end is seen without a look at the machine's processes.
    const server = createServer();
    const holding = await mkdtemp(join(tmpdir(), "berth-held-"));
    const place = join(holding, "socket");
    await new Promise<void>((ready) => server.listen(place, ready));
    const hold = `${process.execPath} -e 'require("net").connect("${place}").resume(); setTimeout(() => {}, 300_000)'`;
    let ended: Promise<unknown> | undefined;
    server.on("connection", (socket) => {
      ended = once(
        socket.on("error", () => undefined),
        "close",
      );
    });
    // On a busy machine the time may be over before the job has begun: then it is given more.
    for (const timeoutSeconds of [2, 8, 32]) {
      const pipeline = await open([job("slow", { script: [`${hold} &`, "sleep 301"], timeoutSeconds })]);
      const result = await pipeline.run();
      expect(find(result, "slow")).toMatchObject({ state: "failed", failureReason: "job_execution_timeout" });
      if (ended) break;
      await rm(folder, { recursive: true });
      await mkdir(folder);
    }
    expect(ended).toBeDefined();
    await ended;
    server.close();
    await rm(holding, { recursive: true });
  });

  it("tries again as `retry` says, with a fresh checkout each time", async () => {
    const marker = join(folder, "tried");
    const pipeline = await open([
      job("flaky", {
        script: ["test ! -e leftover", "touch leftover", `test -e ${marker} || { touch ${marker}; exit 9; }`],
        retry: { max: 2, when: ["script_failure"], exitCodes: [] },
      }),
      job("stubborn", {
        script: ["exit 1"],
        retry: { max: 2, when: ["job_execution_timeout"], exitCodes: [] },
      }),
    ]);
    const result = await pipeline.run();
    expect(find(result, "flaky")).toMatchObject({ state: "success", attempts: 2 });
    expect(find(result, "stubborn")).toMatchObject({ state: "failed", attempts: 1 });
  });

  it("leaves manual jobs alone until they are played", async () => {
    const pipeline = await open([
      job("build", { stage: "build" }),
      job("roll back", {
        stage: "deploy",
        when: "manual",
        allowFailure: true,
        script: ['echo "to $TARGET by hand: $CI_JOB_MANUAL"'],
      }),
      job("needs it", { stage: "deploy", needs: [{ name: "roll back", artifacts: true }] }),
    ]);
    const before = await pipeline.run();
    expect(states(before)).toEqual({ build: "success", "roll back": "manual", "needs it": "skipped" });
    expect(before.state).toBe("success");
    await expect(pipeline.play("build")).rejects.toThrow('"build" cannot be played: it is success');
    const after = await pipeline.play("roll back", [setting("TARGET", "v1")]);
    expect(states(after)).toEqual({ build: "success", "roll back": "success", "needs it": "success" });
    expect(await traceOf(after, "roll back")).toContain("to v1 by hand: true");
  });

  it("gives File variables as files without a final newline, and never shows a masked value", async () => {
    const secret = "correct-horse $HOME `id`";
    const pipeline = await open(
      [
        job("secrets", {
          variables: [{ key: "COPY", value: "got $TOKEN" }],
          script: [
            'printf "%s|" "$(cat "$KEY")" "$TOKEN" "$COPY"',
            'tail -c 1 "$KEY"; echo ":$(ls -l "$KEY" | cut -c 1-10)"',
          ],
        }),
      ],
      [
        { ...setting("KEY", "line one\nline two"), type: "file" },
        { ...setting("TOKEN", secret), masked: true, raw: true },
      ],
    );
    const seen: string[] = [];
    events = (event) => void (event.kind === "job-line" && seen.push(event.line));
    const result = await pipeline.run();
    const trace = await traceOf(result, "secrets");
    expect(find(result, "secrets").state).toBe("success");
    expect(trace).toContain("line one\nline two|[MASKED]|got [MASKED]|");
    expect(trace).toMatch(/^o:-rw-r--r--$/m);
    expect(trace + seen.join("\n")).not.toContain("correct-horse");
  });

  it("runs after_script with the job's status, keeps its artifacts, and hands dotenv reports on", async () => {
    const pipeline = await open([
      job("make", {
        stage: "build",
        script: ["echo VERSION='1.2 $x' > build.env", "echo r > report.xml", "exit 5"],
        afterScript: ['echo "after: $CI_JOB_STATUS"', "echo late > late.txt"],
        allowFailure: true,
        artifacts: {
          paths: ["late.txt"],
          exclude: [],
          when: "always",
          reports: { dotenv: ["build.env"], junit: ["report.xml"] },
        },
      }),
      job("use", { stage: "test", script: ['echo "version=$VERSION"', "cat late.txt"] }),
    ]);
    const result = await pipeline.run();
    expect(states(result)).toEqual({ make: "failed", use: "success" });
    expect(await traceOf(result, "make")).toContain("after: failed");
    expect(await traceOf(result, "use")).toContain("version=1.2 $x");
  });

  it("loses no line of a job to a reader that is busy while the job ends", async () => {
    const pipeline = await open([job("long", { script: ["seq 1 2000; echo the very $(echo end)"] })]);
    let busy = true;
    events = (event) => {
      if (event.kind !== "job-line" || !busy) return;
      busy = false;
      // Nothing is read meanwhile: long enough for the runner's process to end, if it does not wait for its reader.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_500);
    };
    const trace = await traceOf(await pipeline.run(), "long");
    expect(trace.split("\n").slice(-4)).toEqual(["2000", "the very end", "Job succeeded", ""]);
  });

  it("stops at once when it is cancelled", async () => {
    const controller = new AbortController();
    const pipeline = await open(
      [job("long", { stage: "build", script: ["sleep 300"] }), job("next", { stage: "deploy" })],
      [],
      controller.signal,
    );
    events = (event) => {
      if (event.kind === "job-line" && event.line.includes("sleep 300")) controller.abort();
    };
    const result = await pipeline.run();
    expect(result.state).toBe("canceled");
    expect(find(result, "long").state).toBe("canceled");
    expect(find(result, "next").state).toBe("skipped");
  });
});

let events: (event: PipelineEvent) => void = () => {};

async function open(
  jobs: readonly PlannedJob[],
  variables: readonly CiVariable[] = [],
  signal: AbortSignal = new AbortController().signal,
): Promise<LocalPipeline> {
  events = () => {};
  const identity = { path: "smoke/app", server: "gitlab.example.com" };
  const project = await SmokeProject.create(join(folder, "project"), identity);
  await project.change({ "README.md": "An application\n" });
  const commit = await project.commit("First commit", "main");
  const temporary = join(folder, "tmp");
  await mkdir(temporary);
  return new LocalPipeline({
    plan: { stages: [".pre", "build", "test", "deploy", ".post"], jobs },
    project,
    identity: {
      project: identity,
      trigger: { source: "push", ref: "main", tag: false, defaultBranch: "main" },
      commit,
      pipelineId: 4711,
    },
    variables,
    folder: join(folder, "run"),
    traceFolder: join(folder, "traces"),
    env: jobEnvironment(process.env, temporary),
    executors: new ExecutorChooser("shell"),
    concurrency: 2,
    signal,
    onEvent: (event) => events(event),
  });
}

function setting(key: string, value: string): CiVariable {
  return { key, value, type: "variable", masked: false, raw: false };
}

function states(result: PipelineResult): Record<string, string> {
  return Object.fromEntries(result.jobs.map((each) => [each.name, each.state]));
}

function find(result: PipelineResult, name: string): JobResult {
  return result.jobs.find((each) => each.name === name) as JobResult;
}

async function traceOf(result: PipelineResult, name: string): Promise<string> {
  return readFile(find(result, name).traceFile ?? "", "utf8");
}
