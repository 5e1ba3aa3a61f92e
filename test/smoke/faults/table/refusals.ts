import { expect } from "vitest";
import type { SmokeServer } from "../../runner/smoke-server.ts";
import { forMergeRequest, hello, on, type Row, slow, status, withArtifact } from "./row.ts";

const pipelinePost = /^POST .*\/pipeline$/;
const base = (reason: string) => status(400, { message: { base: [reason] } });
const noVariables = {
  before: ({ project }: SmokeServer) => {
    project.variablesRole = "no_one_allowed";
  },
};
const child = {
  source: "schedule",
  pipeline: "child: { trigger: { include: child.yml, strategy: depend } }\n",
  files: { "child.yml": "b: { script: [ls], rules: [{ if: $CI_PIPELINE_SOURCE == 'parent_pipeline' }] }\n" },
  expect: { pipeline: "success", jobs: { child: "success", "child / b": "success" } },
} as const;

/** Roles, tokens, variables, moved projects, refusals: findings 2, 4 to 11, 18 and 21, by their numbers. */
export const refusals: Readonly<Record<string, readonly Row[]>> = {
  "2": [
    {
      what: "a Developer, who may not list the runners",
      token: "developer",
      scenario: hello,
      verdict: "passed",
    },
    {
      what: "a Reporter",
      token: "reporter",
      scenario: hello,
      verdict: "refused",
      says: "the token's user needs the role Developer or higher",
    },
    {
      what: "runners that a Maintainer may not list either",
      scenario: hello,
      fault: on(/\/runners$/, status(403)),
      verdict: "passed",
    },
  ],
  "4": [
    {
      what: "variables refused to a token that is not told so",
      token: "developer",
      scenario: hello,
      before: noVariables.before,
      verdict: "passed",
      after: ({ notes }) => expect(notes.join()).toContain("the pipeline's file has CI_DEFAULT_BRANCH, WHOM"),
    },
    {
      what: "the same as 403",
      token: "developer",
      scenario: hello,
      fault: on(
        pipelinePost,
        status(403, { message: "Insufficient permissions to set pipeline variables" }),
        1,
      ),
      verdict: "passed",
    },
    {
      what: "a secret where variables are refused",
      token: "developer",
      scenario: { ...hello, variables: { WHOM: "you", SECRET: { value: "secret-of-eight", masked: true } } },
      before: noVariables.before,
      verdict: "error",
      says: "the scenario's secrets SECRET must not go into a file",
      pipelines: 0,
    },
  ],
  "5": [
    {
      what: "a child pipeline's source where variables go into the file",
      token: "developer",
      scenario: child,
      before: noVariables.before,
      verdict: "passed",
      pipelines: 2,
      after: ({ notes }) => expect(notes.join()).toContain("CI_PIPELINE_SOURCE stays GitLab's own"),
    },
    {
      what: "include:rules by a variable in the file: a note says that they do not see it",
      scenario: hello,
      before: noVariables.before,
      verdict: "passed",
      after: ({ notes }) => expect(notes.join()).toContain("include:rules do not see them"),
    },
    {
      what: "variables for a manual job where none may be given",
      scenario: {
        pipeline: "a: { script: [ls], when: manual }\n",
        play: [{ job: "a", variables: { WHO: "hand" } }],
        expect: { jobs: { a: "success" } },
      },
      before: noVariables.before,
      verdict: "error",
      says: "manual jobs cannot be given WHO",
      pipelines: 0,
    },
  ],
  "6": [
    {
      what: "variables of the scenario named as Berth's own",
      scenario: {
        ...hello,
        variables: { WHOM: "you", CI_DEFAULT_BRANCH: "main", CI_PIPELINE_SOURCE: "web" },
      },
      verdict: "passed",
      after: ({ server }) => {
        const keys = server.state.pipelines[0]?.start.variables.map(({ key }) => key) ?? [];
        expect(keys.toSorted()).toEqual(["CI_DEFAULT_BRANCH", "CI_PIPELINE_SOURCE", "WHOM"]);
      },
    },
  ],
  "7": [
    {
      what: "a project that was moved",
      scenario: hello,
      options: { project: "old/berth" },
      before: ({ project }) => project.formerPaths.push("old/berth"),
      verdict: "passed",
    },
    {
      what: "a project of which the token sees nothing",
      scenario: hello,
      before: ({ project }) => {
        project.hidden = true;
      },
      verdict: "refused",
      says: "does not exist or the token cannot see it",
    },
  ],
  "8": [
    {
      what: "401 on the clean-up of a failed scenario",
      scenario: { ...hello, expect: { jobs: { a: "failed" } } },
      fault: on(/^DELETE/, status(401)),
      verdict: "failed",
      says: "a: state is success, expected failed",
      leaves: true,
      after: (_, { leftBehind }) => expect(leftBehind).toMatch(/^cleaning up failed: .*401/),
    },
    {
      what: "401 from the middle of a run on",
      scenario: hello,
      fault: (request, nth, { server }) =>
        server.state.pipelines.length > 0 && !/\/cancel$/.test(request) && nth >= 0 ? status(401) : undefined,
      verdict: "error",
      says: "the token is wrong, expired or revoked",
      leaves: true,
    },
    {
      what: "403 on cancel at the end of a scenario's time",
      scenario: { ...slow, timeout: 1 },
      fault: on(/\/cancel$/, status(403)),
      verdict: "failed",
      says: "the pipeline ran longer than 1 seconds and was ended",
      leaves: true,
      after: (_, { leftBehind }) => expect(leftBehind).toContain("403"),
    },
    {
      what: "a branch that is gone when it is to be removed",
      scenario: hello,
      fault: on(/^DELETE/, { kind: "error", status: 502, when: "after" }, 1),
      verdict: "passed",
    },
  ],
  "9": [
    {
      what: "too many pipelines in the last minute, once",
      scenario: hello,
      fault: on(pipelinePost, base("Too many pipelines created in the last minute. Try again later."), 1),
      verdict: "passed",
    },
    {
      what: "too many pipelines for as long as is waited",
      scenario: hello,
      fault: on(pipelinePost, base("Too many pipelines created in the last minute. Try again later.")),
      verdict: "error",
      says: 'GitLab still says "Too many pipelines created in the last minute. Try again later." after 5 attempts',
      pipelines: 0,
    },
    {
      what: "a branch that a replica does not know yet",
      scenario: hello,
      fault: on(pipelinePost, base("Reference not found"), 2),
      verdict: "passed",
    },
    {
      what: "a branch that GitLab never knows",
      scenario: hello,
      fault: on(pipelinePost, base("Reference not found")),
      verdict: "error",
      says: 'still says "Reference not found"',
      pipelines: 0,
    },
    {
      what: "405 to a merge request's pipeline",
      scenario: { ...forMergeRequest, pipeline: "a: { script: [ls], rules: [{ if: $CI_COMMIT_TAG }] }\n" },
      fault: on(
        /^POST .*\/merge_requests\/\d+\/pipelines$/,
        status(405, { message: "405 Method Not Allowed" }),
      ),
      verdict: "failed",
      says: "GitLab made no pipeline for the merge request (405)",
      pipelines: 0,
    },
    {
      what: "too many pipelines when a merge request's is asked for",
      scenario: { ...forMergeRequest, pipeline: "a: { script: [ls], rules: [{ if: $CI_COMMIT_TAG }] }\n" },
      fault: on(
        /^POST .*\/merge_requests\/\d+\/pipelines$/,
        base("Too many pipelines created in the last minute."),
        1,
      ),
      verdict: "failed",
      says: "Pipeline will not run for the selected trigger",
      pipelines: 0,
    },
    {
      what: "a refusal that does not pass: the component's fault",
      scenario: hello,
      fault: on(pipelinePost, base("jobs:a config contains unknown keys: nonsense")),
      verdict: "failed",
      says: "the pipeline was refused: jobs:a config contains unknown keys: nonsense",
      pipelines: 0,
    },
  ],
  "10": [
    {
      what: "merged results",
      scenario: forMergeRequest,
      before: ({ project }) => {
        project.mergedResults = true;
      },
      verdict: "passed",
    },
    {
      what: "merged results of a run that is ended",
      scenario: { ...forMergeRequest, pipeline: forMergeRequest.pipeline.replace("ls", "sleep 100") },
      before: ({ project }) => {
        project.mergedResults = true;
      },
      endAt: /GET .*\/pipelines\/\d+\/jobs$/,
      verdict: "canceled",
    },
    {
      what: "a merge request that GitLab does not prepare in the scenario's time",
      server: { backgroundDelay: 60_000 },
      scenario: { ...forMergeRequest, timeout: 1 },
      verdict: "error",
      says: "the scenario's time was over before GitLab could prepare the merge request",
      pipelines: 0,
    },
  ],
  "11": [
    { what: "an OAuth token", token: "oauth", scenario: hello, verdict: "passed" },
    { what: "a project token", token: "project", scenario: hello, verdict: "passed" },
    { what: "a fine-grained token", token: "granular", scenario: hello, verdict: "passed" },
    {
      what: "a fine-grained token without a right that is needed",
      token: "granular",
      scenario: hello,
      fault: on(/^POST .*\/commits$/, status(403, { error: "insufficient_granular_scope" })),
      verdict: "error",
      says: "403 to POST projects/group%2Fberth/repository/commits",
      pipelines: 0,
    },
    {
      what: "a fine-grained token that may not ask about itself",
      token: "granular",
      scenario: hello,
      fault: on(/personal_access_tokens/, status(403)),
      verdict: "passed",
    },
    {
      what: "a job token",
      token: "job",
      scenario: hello,
      verdict: "refused",
      says: "GITLAB_TOKEN holds a job token",
    },
    {
      what: "a reading token",
      token: "reader",
      scenario: hello,
      verdict: "refused",
      says: "the token has the scopes read_api: it needs api",
    },
    {
      what: "a token that has expired",
      scenario: hello,
      fault: on(/./, status(401, { error: "invalid_token", error_description: "Token is expired." })),
      verdict: "refused",
      says: "the token is wrong, expired or revoked",
    },
  ],
  "18": [
    {
      what: "a stale branch that cannot be removed",
      scenario: hello,
      before: ({ project }) => {
        const name = "berth-smoke/20200101T000000-abcdef01";
        project.commit(name, "Left", [{ action: "create", file_path: "x", content: "x" }], "main");
      },
      fault: on(/^DELETE .*abcdef01$/, status(403)),
      verdict: "passed",
      leaves: true,
      after: ({ said, branches }) => {
        expect(said.join()).toContain(
          "the stale branch berth-smoke/20200101T000000-abcdef01 cannot be removed",
        );
        expect(branches()).toEqual(["berth-smoke/20200101T000000-abcdef01", "main"]);
      },
    },
  ],
  "21": [
    {
      what: "nobody may give variables: that it is the project's setting is all that is said",
      scenario: withArtifact,
      before: noVariables.before,
      verdict: "passed",
      after: ({ said, notes }) => expect([...said, ...notes].join()).not.toContain("17.7"),
    },
    {
      what: "a GitLab before 17.1, which does not know that setting",
      scenario: hello,
      fault: on(/^GET \/projects\/group%2Fberth$/, {
        kind: "change",
        change: (answer) => {
          const { ci_pipeline_variables_minimum_override_role: _, ...json } = answer.json as Record<
            string,
            unknown
          >;
          return { ...answer, json };
        },
      }),
      verdict: "passed",
    },
  ],
};
