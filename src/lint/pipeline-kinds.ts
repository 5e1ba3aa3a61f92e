import { PIPELINE_SOURCES } from "../engine/pipeline/index.ts";

/** What a pipeline runs for. */
type Subject = "default branch" | "branch" | "tag" | "merge request";

/** A kind of pipeline: what starts it, and what it runs for. */
export interface PipelineKind {
  readonly source: string;
  readonly subject: Subject;
  /** What a person calls it; undefined where few would know it. */
  readonly name: string | undefined;
}

/** The kinds that a person meets, in the order in which one would think of them. */
const named: readonly (readonly [string, Subject, string])[] = [
  ["push", "default branch", "a push to the default branch"],
  ["push", "branch", "a push to another branch"],
  ["merge_request_event", "merge request", "a merge request"],
  ["push", "tag", "a tag"],
  ["schedule", "default branch", "a schedule"],
  ["web", "default branch", "a pipeline from the web page"],
  ["api", "default branch", "a pipeline from the API"],
  ["trigger", "default branch", "a trigger"],
  ["pipeline", "default branch", "a multi-project pipeline"],
  ["parent_pipeline", "default branch", "a parent pipeline"],
];

/** GitLab also knows these (app/models/concerns/enums/ci/pipeline.rb); nothing documents them for rules. */
const undocumented = ["unknown", "pipeline_execution_policy_forced"];

/**
 * All kinds of pipelines (https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable), those with a name
 * first. Where it is not sure that a source starts pipelines for tags, it is taken for possible.
 */
export const pipelineKinds: readonly PipelineKind[] = allKinds();

function allKinds(): PipelineKind[] {
  const kinds: PipelineKind[] = named.map(([source, subject, name]) => ({ source, subject, name }));
  for (const source of [...PIPELINE_SOURCES, ...undocumented]) {
    for (const subject of subjectsOf(source)) {
      const isNamed = kinds.some((kind) => kind.source === source && kind.subject === subject);
      if (!isNamed) kinds.push({ source, subject, name: undefined });
    }
  }
  return kinds;
}

/** A child of a merge request's pipeline runs for the merge request too. */
function subjectsOf(source: string): readonly Subject[] {
  if (source === "merge_request_event") return ["merge request"];
  const refs: readonly Subject[] = ["default branch", "branch", "tag"];
  return source === "parent_pipeline" ? [...refs, "merge request"] : refs;
}

/** What GitLab sets in every pipeline of a merge request; other names that begin so may be missing. */
const ofEachMergeRequest = new Set(
  ["ID", "IID", "PROJECT_ID", "PROJECT_PATH", "SOURCE_BRANCH_NAME", "TARGET_BRANCH_NAME", "EVENT_TYPE"].map(
    (name) => `CI_MERGE_REQUEST_${name}`,
  ),
);

/** What every project has, and the same in each of its pipelines. */
const ofProject = new Set([
  "CI_DEFAULT_BRANCH",
  "CI_PROJECT_ID",
  "CI_PROJECT_NAME",
  "CI_PROJECT_NAMESPACE",
  "CI_PROJECT_PATH",
  "CI_SERVER_FQDN",
  "CI_SERVER_HOST",
]);

/**
 * What is certain of a variable in a kind of pipeline: its value, null where it is never set, or a name under which its value is
 * known. `event`: each pipeline may have another text; `project`: all pipelines of the project have the same. Undefined: it may
 * be anything (https://docs.gitlab.com/ci/variables/predefined_variables/).
 */
export type Fact =
  | { readonly value: string | null }
  | { readonly name: string; readonly from: "event" | "project" }
  | undefined;

/** What is certain of a predefined variable in a kind of pipeline. */
export function factOf(name: string, kind: PipelineKind): Fact {
  if (name === "CI" || name === "GITLAB_CI") return { value: "true" };
  if (name === "CI_PIPELINE_SOURCE") return { value: kind.source };
  if (ofProject.has(name)) return { name, from: "project" };
  const isMergeRequest = kind.subject === "merge request";
  if (name.startsWith("CI_MERGE_REQUEST_")) {
    if (!isMergeRequest) return { value: null };
    return ofEachMergeRequest.has(name) ? { name, from: "event" } : undefined;
  }
  const isBranch = kind.subject === "branch" || kind.subject === "default branch";
  if (name === "CI_COMMIT_BRANCH") return isBranch ? refOf(kind) : { value: null };
  if (name === "CI_COMMIT_TAG") return kind.subject === "tag" ? refOf(kind) : { value: null };
  return name === "CI_COMMIT_REF_NAME" ? refOf(kind) : undefined;
}

/** The branch or tag; the default branch is the project's. */
function refOf({ subject }: PipelineKind): Fact {
  return subject === "default branch"
    ? { name: "CI_DEFAULT_BRANCH", from: "project" }
    : { name: "CI_COMMIT_REF_NAME", from: "event" };
}
