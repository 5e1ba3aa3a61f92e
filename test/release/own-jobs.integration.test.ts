import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { jobEnvironment } from "../../src/pipelines/environment.ts";
import { ExecutorChooser } from "../../src/pipelines/executor.ts";
import { planPipeline } from "../../src/pipelines/plan-pipeline.ts";
import type { PipelineTrigger } from "../../src/pipelines/predefined.ts";
import { LocalPipeline } from "../../src/pipelines/run-pipeline.ts";
import { SmokeProject } from "../../src/smoke/local/project.ts";
import { plainVariable } from "../../src/smoke/target.ts";
import { nodeVersions, usualNode } from "./own-versions.ts";

/*
 * The jobs of .gitlab-ci.yml, each run by Berth's own local runner, in a shell, in a fresh clone of this work tree. In place of the image
 * `node:$NODE_VERSION-bookworm` a program `node` comes first in PATH that is the Node.js of NODE_VERSION, from the npm package of its binary.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const main = { source: "push", ref: "main", tag: false, defaultBranch: "main" };
const tag = { ...main, ref: "0.1.0", tag: true };
const schedule = { ...main, source: "schedule" };
const closingLine = /\n\d+ passed, 0 failed(?:, \d+ skipped)?\n/;
const folder = mkdtempSync(join(tmpdir(), "berth-own-jobs-"));
/** Where the program `node` of the jobs is. */
const nodes = join(folder, "bin");
const binary = `node-${process.platform}-${process.arch}`;

/** What a runner would do with one job of the pipeline for an event. */
interface Run {
  readonly on: PipelineTrigger;
  readonly job: string;
  /** The Node.js that it must run on; the usual one when absent. */
  readonly node?: string;
  /** What its trace shows. */
  readonly shows: RegExp;
  /** Files that it leaves as artifacts. */
  readonly leaves?: readonly string[];
}

const runs: readonly Run[] = [
  { on: main, job: "check", shows: /no findings in \d+ files\n/ },
  { on: main, job: "lint", shows: /\$ node dist\/cli\.js lint/, leaves: ["gl-code-quality-report.json"] },
  ...nodeVersions().map((version) => ({
    on: main,
    job: `unit: [${version}]`,
    node: version,
    shows: closingLine,
    leaves: ["junit.xml"],
  })),
  { on: main, job: "pages", shows: /catalog build/, leaves: ["public/index.html", "public/index.html.gz"] },
  {
    on: tag,
    job: "release_check",
    shows: /nothing stands in the way of 0\.1\.0/,
    leaves: ["release_notes.md", "verified.json", "sbom.cdx.json"],
  },
  { on: schedule, job: "fuzz", shows: /\nseed \d+: \d+ documents, 0 crashes/ },
];

/** Each job installs the project anew: what shows a kind of its own runs in each run, the rest where it is asked for. */
const wholeRun = process.env.BERTH_OWN_JOBS === "whole";
const inEachRun = /^(unit: \[24\.|release_check$)/;

describe("the pipeline of this project, on the local runner", { timeout: 600_000 }, () => {
  let project: SmokeProject;
  let reason = "";
  beforeAll(async () => {
    reason = await whyNoNodes();
    const identity = { path: "your-group/berth", server: "gitlab.example.com" };
    project = await SmokeProject.create(join(folder, "project"), identity);
    await project.copyFrom(root);
    mkdirSync(join(folder, "tmp"));
  }, 600_000);
  beforeEach(({ skip }) => skip(reason !== "", reason));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.for(
    runs.map((run) => ({ ...run, left: wholeRun || inEachRun.test(run.job) ? "" : "npm run test:own-jobs" })),
  )("$job", async ({ on, job, node, shows, leaves = [], left }, { signal, skip }) => {
    skip(left !== "", `takes minutes: ${left}`);
    const commit = await project.commit("As it is", on.ref, on.tag);
    const identity = { project: project.identity, trigger: on, commit, pipelineId: 4711 };
    // The runner's cache is one folder for all jobs; the tests of the unit tests are not these tests.
    const variables = Object.entries({
      NPM_CONFIG_CACHE: join(folder, "npm"),
      UNIT_TESTS: "test/expression",
      FUZZ_SECONDS: "2",
    }).map(([key, value]) => plainVariable(key, value));
    const planned = planPipeline({ identity, files: await project.files(), variables });
    if ("errors" in planned) throw new Error(planned.errors.join("\n"));
    const jobs = planned.plan.jobs.filter(({ name }) => name === job);
    // A folder in PATH must not have a colon in its name.
    const runFolder = join(folder, "runs", String(runs.findIndex((each) => each.job === job)));
    const pipeline = new LocalPipeline({
      plan: { ...planned.plan, jobs },
      project,
      identity,
      variables,
      folder: runFolder,
      traceFolder: join(runFolder, "traces"),
      env: jobEnvironment({ ...process.env, PATH: jobPath() }, join(folder, "tmp")),
      executors: new ExecutorChooser("shell"),
      concurrency: 1,
      signal,
    });
    const [result] = (await pipeline.run()).jobs;
    const trace = readFileSync(result?.traceFile ?? "", "utf8");
    expect(result?.state, trace).toBe("success");
    expect(trace).toMatch(shows);
    expect(trace).toContain(`\nv${node ?? usualNode()}\n`);
    for (const file of leaves)
      expect(readFileSync(join(result?.artifactsFolder ?? "", file)).length, file).toBeGreaterThan(0);
    rmSync(runFolder, { recursive: true, force: true });
  });
});

/** The chosen Node.js first, and nothing of this work tree: a job has only what it installed itself. */
function jobPath(): string {
  const usual = (process.env.PATH ?? "").split(":").filter((each) => !each.includes("node_modules"));
  return [nodes, ...usual].join(":");
}

/** Fetches each Node.js with npm, and puts a program before them that chooses. Returns why that cannot be; "" where it can. */
async function whyNoNodes(): Promise<string> {
  const fetched = nodeVersions().map((version) => {
    const args = ["install", "--no-save", "--prefix", join(folder, "node", version), `${binary}@${version}`];
    return promisify(execFile)("npm", args, { cwd: folder, timeout: 180_000 });
  });
  for (const outcome of await Promise.allSettled(fetched)) {
    if (outcome.status === "fulfilled") continue;
    const said = /^npm (?:error|ERR!) (.*)$/m.exec(String(outcome.reason.stderr))?.[1];
    return `npm cannot fetch ${binary}: ${said ?? outcome.reason.message}`;
  }
  mkdirSync(nodes);
  const chooser = `#!/bin/sh\nexec "${folder}/node/$NODE_VERSION/node_modules/${binary}/bin/node" "$@"\n`;
  writeFileSync(join(nodes, "node"), chooser, { mode: 0o755 });
  return "";
}
