import { expect } from "vitest";
import {
  changed,
  forMergeRequest,
  hello,
  jobsAre,
  on,
  page,
  type Row,
  slow,
  status,
  withArtifact,
} from "./row.ts";

const jobs = /GET .*\/pipelines\/\d+\/jobs$/;

/** What held already, and faults of our own beside it. */
export const held: readonly Row[] = [
  { what: "302 to another host, which gets no token", scenario: withArtifact, verdict: "passed" },
  {
    what: "artifacts that GitLab sends itself",
    server: { objectStore: false },
    scenario: withArtifact,
    verdict: "passed",
  },
  {
    what: "500 once on every GET",
    scenario: withArtifact,
    fault: (() => {
      const seen = new Set<string>();
      return (request: string) => {
        if (!request.startsWith("GET") || seen.has(request)) return undefined;
        seen.add(request);
        return status(500);
      };
    })(),
    verdict: "passed",
  },
  {
    what: "502 after a pipeline was made",
    scenario: hello,
    fault: on(/^POST .*\/pipeline$/, { kind: "error", status: 502, when: "after" }, 1),
    verdict: "passed",
  },
  {
    what: "a connection that breaks after a pipeline was made",
    scenario: hello,
    fault: on(/^POST .*\/pipeline$/, { kind: "reset", when: "after" }, 1),
    verdict: "passed",
  },
  {
    what: "502 after the commit was made",
    scenario: hello,
    fault: on(/^POST .*\/commits$/, { kind: "error", status: 502, when: "after" }, 1),
    verdict: "passed",
  },
  {
    what: "503 with Retry-After",
    scenario: hello,
    fault: on(
      jobs,
      { kind: "answer", answer: { status: 503, text: "", headers: { "retry-after": "0" } } },
      2,
    ),
    verdict: "passed",
  },
  {
    what: "429 with Retry-After",
    scenario: hello,
    fault: on(jobs, { kind: "limit", seconds: 0 }, 3),
    verdict: "passed",
  },
  {
    what: "429 with RateLimit-Reset only",
    scenario: hello,
    fault: on(
      jobs,
      {
        kind: "answer",
        answer: { status: 429, text: "", headers: { "ratelimit-remaining": "0", "ratelimit-reset": "1" } },
      },
      2,
    ),
    verdict: "passed",
  },
  ...(["no-totals", "no-headers"] as const).map(
    (pagination): Row => ({
      what: `pages told ${pagination}`,
      server: { pagination },
      scenario: hello,
      verdict: "passed",
    }),
  ),
  {
    what: "a push pipeline that comes late",
    server: { backgroundDelay: 700 },
    scenario: { ...hello, source: "push" },
    verdict: "passed",
  },
  {
    what: "a merge request's pipeline that comes late",
    server: { backgroundDelay: 700 },
    scenario: forMergeRequest,
    verdict: "passed",
  },
  ...["preparing", "canceling", "scheduled", "waiting_for_resource", "pending", "created"].map(
    (state): Row => ({
      what: `a job that is ${state} at first`,
      scenario: hello,
      fault: jobsAre(state, 3),
      verdict: "passed",
    }),
  ),
  {
    what: "a pipeline that stays canceling after a cancel",
    scenario: { ...slow, timeout: 1 },
    fault: on(
      /GET .*\/pipelines\/\d+$/,
      changed((each) => ({ ...each, status: "canceling" })),
    ),
    verdict: "failed",
    says: "the pipeline ran longer than 1 seconds",
  },
  {
    what: "lint with warnings and no merged YAML",
    scenario: hello,
    fault: on(
      /\/ci\/lint$/,
      changed((each) => ({ ...each, warnings: ["something is odd"], merged_yaml: null })),
    ),
    verdict: "passed",
    after: (_, { steps }) => expect(steps[0]?.result.warnings).toContain("something is odd"),
  },
  {
    what: "a runner whose details may not be read",
    scenario: hello,
    fault: on(/\/runners\/\d+$/, status(403)),
    verdict: "passed",
  },
  {
    what: "a wildcard that protects the branches",
    scenario: hello,
    fault: on(
      /^POST .*\/commits$/,
      status(403, { message: "403 Forbidden - You are not allowed to push into this branch" }),
    ),
    verdict: "error",
    says: "You are not allowed to push into this branch",
    pipelines: 0,
  },
  {
    what: "a sign-in page for data",
    scenario: hello,
    fault: on(jobs, page),
    verdict: "error",
    says: "answered with a web page",
  },
  {
    what: "a page for the token's own description",
    scenario: hello,
    fault: on(/./, page),
    verdict: "refused",
    says: "check GITLAB_URL and the proxy",
  },
  // Our own.
  {
    what: "an answer that is cut in the middle, twice",
    scenario: hello,
    fault: on(jobs, { kind: "cut" }, 2),
    verdict: "passed",
  },
  {
    what: "a trace that is cut in the middle",
    scenario: hello,
    fault: on(/GET .*\/trace$/, { kind: "cut" }, 1),
    verdict: "passed",
  },
  {
    what: "a connection that breaks before anything is carried out",
    scenario: hello,
    fault: on(/^DELETE/, { kind: "reset", when: "before" }, 1),
    verdict: "passed",
  },
  {
    what: "a GitLab before 19.2, without trigger_jobs",
    server: { triggerJobs: false },
    scenario: hello,
    verdict: "passed",
  },
  {
    what: "an archived project",
    scenario: hello,
    before: ({ project }) => {
      project.archived = true;
    },
    verdict: "refused",
    says: "the project is archived",
  },
  {
    what: "CI/CD switched off",
    scenario: hello,
    fault: on(
      /^GET \/projects\/group%2Fberth$/,
      changed((each) => ({ ...each, jobs_enabled: false })),
    ),
    verdict: "refused",
    says: "CI/CD is switched off in the project (Settings > General > Visibility)",
  },
  {
    what: "another configuration file",
    scenario: hello,
    fault: on(
      /^GET \/projects\/group%2Fberth$/,
      changed((each) => ({ ...each, ci_config_path: "ci/main.yml" })),
    ),
    verdict: "refused",
    says: "its pipelines come from ci/main.yml: smoke runs need .gitlab-ci.yml",
  },
  {
    what: "a downstream pipeline that the token may not see",
    scenario: {
      pipeline: "child: { trigger: { include: child.yml, strategy: depend } }\n",
      files: { "child.yml": "b: { script: [ls] }\n" },
      expect: { pipeline: "success", jobs: { child: "success" } },
    },
    fault: on(/GET .*\/pipelines\/2\/jobs$/, status(403)),
    verdict: "passed",
    pipelines: 2,
  },
  {
    what: "a merge request that was made although its answer is lost",
    scenario: forMergeRequest,
    fault: on(/^POST .*\/merge_requests$/, { kind: "error", status: 502, when: "after" }, 1),
    verdict: "passed",
  },
  {
    what: "a manual job that was played although the answer is lost",
    scenario: {
      pipeline: "a: { script: [ls], when: manual }\n",
      play: ["a"],
      expect: { jobs: { a: "success" } },
    },
    fault: on(/^POST .*\/play$/, { kind: "reset", when: "after" }, 1),
    verdict: "passed",
  },
  {
    what: "a manual job that may not be played",
    scenario: {
      pipeline: "a: { script: [ls], when: manual }\n",
      play: ["a"],
      expect: { jobs: { a: "success" } },
    },
    fault: on(/^POST .*\/play$/, status(403)),
    verdict: "error",
    says: "403 to POST projects/group%2Fberth/jobs/1/play",
  },
  {
    what: "a runner that is paused",
    scenario: hello,
    server: { runner: { status: "offline" } },
    verdict: "refused",
    says: "none of the project's runners is online",
  },
  {
    what: "a runner for protected branches",
    scenario: hello,
    server: { runner: { access_level: "ref_protected" } },
    verdict: "refused",
    says: "jobs of protected branches only",
  },
  {
    what: "a trace whose end comes at the fifth look",
    server: { lateTraces: 4 },
    scenario: hello,
    options: { interval: 10 },
    verdict: "passed",
  },
  {
    what: "a pipeline that fails",
    scenario: { ...hello, pipeline: "a: { script: [exit 3] }\n" },
    verdict: "failed",
    says: "a: state is failed, expected success",
  },
];
