import { readFile, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { JobResult, PipelineResult } from "../pipelines/result.ts";
import { textOfTrace } from "../pipelines/trace-lines.ts";
import type { Expectations, ExpectedArtifact, ExpectedJob, Texts } from "./scenario.ts";

/** Holds a pipeline against what was expected of it. Returns what differs, each in one line; nothing when all is well. */
export async function judge(expect: Expectations, result: PipelineResult): Promise<string[]> {
  if (expect.error !== undefined) return judgeRefusal(expect.error, result);
  if (!result.created) return [`the pipeline was refused: ${result.errors.join("; ")}`];
  const jobs = new Map(result.jobs.map((job) => [job.name, job]));
  return [
    ...(expect.pipeline !== undefined && expect.pipeline !== result.state
      ? [`the pipeline is ${result.state}, expected ${expect.pipeline}`]
      : []),
    ...(expect.jobs ? judgeJobs(expect.jobs, jobs) : []),
    ...(expect.absent ?? [])
      .filter((name) => jobs.has(name))
      .map((name) => `${name} is in the pipeline, expected absent`),
    ...(await judgeArtifacts(expect.artifacts ?? {}, jobs)),
    ...(await judgeTraces(expect.traces ?? {}, jobs)),
    ...judgeTests(expect.tests ?? {}, result.tests ?? {}),
    ...judgeConfig(expect.config ?? {}, result.config),
  ];
}

function judgeRefusal(error: Texts, result: PipelineResult): string[] {
  if (result.created) return ["the pipeline was created, expected it to be refused"];
  const said = result.errors.join("\n");
  return [error]
    .flat()
    .filter((text) => !said.includes(text))
    .map((text) => `the refusal does not say "${text}"; it says: ${result.errors.join("; ")}`);
}

function judgeJobs(
  expected: NonNullable<Expectations["jobs"]>,
  jobs: ReadonlyMap<string, JobResult>,
): string[] {
  const problems = Object.entries(expected).flatMap(([name, want]) => {
    const job = jobs.get(name);
    if (!job) return [`${name} is not in the pipeline`];
    return judgeJob(job, typeof want === "string" ? { state: want } : want);
  });
  const unexpected = [...jobs]
    .filter(([name, { added }]) => !added && !(name in expected))
    .map(([name]) => name);
  return [
    ...problems,
    ...unexpected.map((name) => `${name} is in the pipeline, and nothing is expected of it`),
  ];
}

function judgeJob(job: JobResult, want: ExpectedJob): string[] {
  const problems: string[] = [];
  const differs = (what: string, is: unknown, wanted: unknown) => {
    if (wanted !== undefined && is !== wanted)
      problems.push(`${job.name}: ${what} is ${is}, expected ${wanted}`);
  };
  differs("state", job.state, want.state);
  differs("allow_failure", job.allowFailure, want.allow_failure);
  // GitLab's API does not tell exit codes: only a runner that knows them is held to them.
  if (job.exitCode !== undefined) differs("exit code", job.exitCode, want.exit_code);
  differs("reason", job.failureReason, want.reason);
  return problems;
}

async function judgeArtifacts(
  expected: NonNullable<Expectations["artifacts"]>,
  jobs: ReadonlyMap<string, JobResult>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, artifacts] of Object.entries(expected)) {
    const job = jobs.get(name);
    if (!job) problems.push(`${name} is not in the pipeline, so it has no artifacts`);
    else for (const each of artifacts) problems.push(...(await judgeArtifact(job, each)));
  }
  return problems;
}

async function judgeArtifact(job: JobResult, expected: string | ExpectedArtifact): Promise<string[]> {
  const {
    path,
    contains,
    matches,
    absent = false,
  } = typeof expected === "string" ? { path: expected } : expected;
  const file = job.artifactsFolder === undefined ? undefined : join(job.artifactsFolder, path);
  const inside = file !== undefined && !relative(job.artifactsFolder ?? "", file).startsWith("..");
  const found = inside ? await stat(file).catch(() => undefined) : undefined;
  if (absent) return found ? [`${job.name}: the artifact ${path} is there, expected absent`] : [];
  if (!found || file === undefined) return [`${job.name}: there is no artifact ${path}`];
  if (contains === undefined && matches === undefined) return [];
  return compareText(`${job.name}: the artifact ${path}`, await readFile(file, "utf8"), {
    contains,
    matches,
  });
}

async function judgeTraces(
  expected: NonNullable<Expectations["traces"]>,
  jobs: ReadonlyMap<string, JobResult>,
): Promise<string[]> {
  const problems: string[] = [];
  for (const [name, trace] of Object.entries(expected)) {
    const { traceFile: file, traceMissing, traceCut } = jobs.get(name) ?? {};
    if (file === undefined)
      problems.push(
        traceMissing ? `${name}: the trace cannot be read: ${traceMissing}` : `${name} has no trace`,
      );
    else {
      const found = compareText(`${name}: the trace`, textOfTrace(await readFile(file, "utf8")), trace);
      problems.push(...found);
      if (found.length > 0 && traceCut) problems.push(`${name}: the trace is not whole: ${traceCut}`);
    }
  }
  return problems;
}

function judgeTests(
  expected: NonNullable<Expectations["tests"]>,
  found: NonNullable<PipelineResult["tests"]>,
): string[] {
  return Object.entries(expected).flatMap(([job, counts]) => {
    const report = found[job];
    if (report === undefined) return [`${job} has no test report`];
    return Object.entries(counts).flatMap(([name, wanted]) => {
      const count = report[name as keyof typeof counts];
      return count === wanted ? [] : [`${job}: ${count} tests are ${name}, expected ${wanted}`];
    });
  });
}

function judgeConfig(expected: NonNullable<Expectations["config"]>, config: unknown): string[] {
  return Object.entries(expected).flatMap(([job, keywords]) => {
    const found = (config as Readonly<Record<string, unknown>> | undefined)?.[job];
    return found === undefined ? [`${job} is not in the configuration`] : departures(job, keywords, found);
  });
}

/** Where a value lacks what is wanted of it: a mapping must have the wanted keys, `/…/` is a pattern, everything else must be equal. */
function departures(place: string, wanted: unknown, found: unknown): string[] {
  const pattern = typeof wanted === "string" ? /^\/(.+)\/$/s.exec(wanted)?.[1] : undefined;
  if (pattern !== undefined && typeof found === "string")
    return new RegExp(pattern).test(found)
      ? []
      : [`${place} is ${JSON.stringify(found)}, expected ${wanted}`];
  if (!isMapping(wanted) || !isMapping(found)) {
    return isDeepStrictEqual(wanted, found)
      ? []
      : [`${place} is ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`];
  }
  return Object.entries(wanted).flatMap(([key, each]) => departures(`${place}: ${key}`, each, found[key]));
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function compareText(
  what: string,
  text: string,
  wanted: { contains?: Texts | undefined; matches?: Texts | undefined; lacks?: Texts | undefined },
): string[] {
  const list = (texts: Texts | undefined) => (texts === undefined ? [] : [texts].flat());
  return [
    ...list(wanted.contains)
      .filter((each) => !text.includes(each))
      .map((each) => `${what} does not contain "${each}"`),
    ...list(wanted.matches)
      .filter((each) => !new RegExp(each, "m").test(text))
      .map((each) => `${what} does not match /${each}/`),
    ...list(wanted.lacks)
      .filter((each) => text.includes(each))
      .map((each) => `${what} contains "${each}"`),
  ];
}
