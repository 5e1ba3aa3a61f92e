import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { GitLabVersion } from "../../src/engine/version/index.ts";
import { fromJson, toYamlText } from "../../src/engine/yaml/index.ts";
import * as berth from "../../src/index.ts";
import type { Case } from "./case-file.ts";

/** The GitLab that gave the verdicts, where a file says nothing else. */
export const RECORDED: GitLabVersion = { major: 18, minor: 11 };

/** The branches of the project that the cases run in. */
const REFS = ["main"];

/** What we answered beside what GitLab answered; equal when the case passes. `skipped` when it cannot be run here. */
export interface Verdict {
  readonly passed: boolean;
  readonly skipped?: boolean;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Runs one case of any of the five formats through the library's face. */
export function judge(each: Case, version: GitLabVersion = RECORDED): Verdict {
  if (typeof each.expr === "string") return judgeExpression(each);
  if ("created" in each.expected) return judgeJobsCreated(each, version);
  if (typeof each.ci === "string") return judgePipeline(each, version);
  if (typeof each.repo === "string") return judgeCorpus(each, version);
  return judgeComponent(each, version);
}

function judgeComponent(each: Case, gitlabVersion: GitLabVersion): Verdict {
  const result = berth.expandComponent(each.content as string, {
    gitlabVersion,
    ...(each.inputs !== undefined && { inputs: each.inputs as Record<string, unknown> }),
    ...(each.component !== undefined && { component: each.component as berth.ComponentContext }),
    ...(each.variables !== undefined && { variables: each.variables as berth.Variable[] }),
  });
  const actual = {
    valid: result.valid,
    config: result.config,
    header: result.header,
    interpolated: result.interpolated,
    inputs: result.inputs,
    ...errorFields(result.errors),
    error_kind: result.errorKind,
  };
  return compare(each.expected, actual);
}

function judgeCorpus(each: Case, gitlabVersion: GitLabVersion): Verdict {
  if (typeof each.content !== "string")
    return { passed: false, skipped: true, expected: each.expected, actual: {} };
  const { config_sha256: expectedHash, ...expected } = each.expected;
  const verdict = judgeComponent({ ...each, expected }, gitlabVersion);
  if (!verdict.passed) return verdict;
  if (expectedHash !== undefined) {
    const json = canonicalJson((verdict.actual as { config: unknown }).config);
    if (createHash("sha256").update(json).digest("hex") !== expectedHash)
      return { ...verdict, passed: false };
  }
  return each.pipeline === undefined
    ? verdict
    : judgeCorpusPipeline(each, each.pipeline as Case["expected"], gitlabVersion);
}

/** The verdict on a project that includes the component and has a job `noop` besides. */
function judgeCorpusPipeline(each: Case, expected: Case["expected"], gitlabVersion: GitLabVersion): Verdict {
  const { name, reference } = each.component as { name: string; reference: string };
  const include = { component: `gitlab.com/${each.repo}/${name}@${reference}`, inputs: each.inputs ?? {} };
  const ci = toYamlText(fromJson({ include: [include], noop: { script: "echo" } }));
  const files = { [`templates/${name}.yml`]: each.content as string };
  const result = berth.expandPipeline(ci, {
    projects: { [each.repo as string]: { [reference]: files } },
    gitlabVersion,
  });
  const sorted = (names: unknown) => [...((names as string[] | undefined) ?? [])].sort();
  const actual = { ...result, ...(result.valid && { jobs: sorted(Object.keys(result.jobs)) }) };
  return compare(
    { ...expected, ...(expected.jobs !== undefined && { jobs: sorted(expected.jobs) }) },
    actual,
  );
}

/** JSON with keys sorted by code point and no spaces. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const pairs = Object.entries(value).sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${pairs.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(",")}}`;
}

function judgeExpression(each: Case): Verdict {
  const { valid, lintValid, value, result, reason } = berth.evaluateCondition(
    each.expr as string,
    each.variables as Record<string, string>,
    each.inputs as Record<string, unknown> | undefined,
  );
  const actual = { valid, lint_valid: lintValid, truthy: value, ...(valid && { value: result }), reason };
  return compare(each.expected, actual);
}

function judgePipeline(each: Case, gitlabVersion: GitLabVersion): Verdict {
  const {
    ci,
    files = {},
    projects = {},
    remote = {},
    variables = [],
    inputs,
  } = each as Case & PipelineFields;
  const { config, errors, ...rest } = berth.expandPipeline(ci, {
    gitlabVersion,
    files,
    projects,
    refs: REFS,
    remote,
    variables,
    ...(inputs && { inputs }),
  });
  return compare(each.expected, { ...rest, ...errorFields(errors), merged: config });
}

function judgeJobsCreated(each: Case, gitlabVersion: GitLabVersion): Verdict {
  const { ci, files = {}, variables = [], pipeline = {} } = each as Case & PipelineFields;
  const { changed_files: changedFiles = null, ...started } = pipeline;
  const event = { ...started, changedFiles };
  const { created, reason, errors, jobs } = berth.createdJobs(ci, { files, variables, event, gitlabVersion });
  const answers = [...jobs].map(([name, { decision, ...job }]) => [name, job]);
  return compare(each.expected, {
    created,
    reason,
    errors,
    ...(created && { jobs: Object.fromEntries(answers) }),
  });
}

interface PipelineFields {
  readonly ci: string;
  readonly files?: berth.Files;
  readonly projects?: NonNullable<berth.ExpandOptions["projects"]>;
  readonly remote?: berth.Files;
  readonly variables?: NonNullable<berth.ExpandOptions["variables"]>;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly pipeline?: {
    readonly source?: string;
    readonly ref?: string;
    readonly tag?: boolean;
    readonly changed_files?: readonly string[] | null;
  };
}

/** GitLab reports the first three messages joined, and all of them in a list. */
function errorFields(errors: readonly string[]): { error?: string; errors: readonly string[] } {
  return errors.length === 0 ? { errors } : { error: errors.slice(0, 3).join(", "), errors };
}

/**
 * Every field of `expected` must be deep-equal to ours. Errors compare as sets; of YAML syntax errors only the kind counts;
 * where GitLab itself crashes any error will do. A null counts like an absent field.
 */
function compare(
  expected: Readonly<Record<string, unknown>>,
  actual: Readonly<Record<string, unknown>>,
): Verdict {
  if (expected.unhandled !== undefined) return { passed: actual.valid === false, expected, actual };
  const passed = Object.entries(expected).every(([field, value]) => {
    const ours = actual[field];
    if (expected.error_kind === "yaml" && (field === "error" || field === "errors")) return true;
    if (field === "errors") return isDeepStrictEqual(asSet(value), asSet(ours));
    if (field === "error") return asSet(expected.errors).length > 1 || value === ours;
    return isDeepStrictEqual(value ?? null, ours ?? null);
  });
  return { passed, expected, actual };
}

function asSet(messages: unknown): unknown[] {
  return [...new Set((messages as unknown[] | undefined) ?? [])].sort();
}
