import { describe, expect, it } from "vitest";
import { include } from "./consumer.ts";

/* Which pipelines deploy: for each source that GitLab has, each kind of ref, with and without a deploy freeze. */

const stages = ["build", "pre-deploy", "deploy", "post-deploy", "rollback"];

/** https://docs.gitlab.com/ci/jobs/job_rules/#ci_pipeline_source-predefined-variable, 19.2 */
const sources = [
  "api",
  "chat",
  "external",
  "external_pull_request_event",
  "merge_request_event",
  "ondemand_dast_scan",
  "ondemand_dast_validation",
  "parent_pipeline",
  "pipeline",
  "push",
  "schedule",
  "security_orchestration_policy",
  "trigger",
  "web",
  "webide",
];
const atOnce = ["push", "web"];

interface Event {
  readonly source?: string;
  readonly ref?: string;
  readonly tag?: boolean;
  readonly freeze?: boolean;
}

/** How the jobs of deploy start in a pipeline; of those that are not in it nothing is said. */
function starts(inputs: Readonly<Record<string, unknown>>, { freeze, ...event }: Event) {
  const predefined: Record<string, string> = freeze ? { CI_DEPLOY_FREEZE: "true" } : {};
  const outcome = include([{ component: "deploy", inputs }], event, stages, predefined);
  expect(outcome.expansion.errors).toEqual([]);
  expect(outcome.expansion.warnings).toEqual([]);
  return outcome.starts;
}

/** What a pipeline that deploys has: the job itself starts in this way. */
function deployed(when: string) {
  return { pre_deploy_checks: "on_success", deploy_to_server: when, post_deploy_verification: "on_success" };
}

describe("by default", () => {
  it.each(
    sources,
  )("a pipeline of the source %s deploys only where it is a push or was started by hand", (source) => {
    expect(starts({}, { source })).toEqual(atOnce.includes(source) ? deployed("on_success") : {});
  });

  it("no tag, no merge train and no other branch deploys", () => {
    expect(starts({}, { ref: "1.0.0", tag: true })).toEqual({});
    expect(starts({}, { ref: "topic" })).toEqual({});
    expect(starts({}, { source: "merge_request_event", ref: "topic" })).toEqual({});
  });

  it("a deploy freeze makes the job wait, and the pipeline with it", () => {
    expect(starts({}, { freeze: true })).toEqual(deployed("manual"));
    const { expansion } = include([{ component: "deploy" }], {}, stages, { CI_DEPLOY_FREEZE: "true" });
    expect(expansion.jobs.deploy_to_server).toMatchObject({
      rules: expect.arrayContaining([expect.objectContaining({ when: "manual", allow_failure: false })]),
    });
  });
});

describe("pipeline_sources", () => {
  it.each(
    sources.filter((each) => each !== "merge_request_event"),
  )("%s deploys where it is named, and nothing else does", (source) => {
    const inputs = { pipeline_sources: `${source}|no_such_source` };
    for (const each of sources) {
      expect(starts(inputs, { source: each }), each).toEqual(each === source ? deployed("on_success") : {});
    }
  });

  it("a merge request never deploys, even where it is named", () => {
    const inputs = { pipeline_sources: "push|merge_request_event" };
    expect(starts(inputs, { source: "merge_request_event", ref: "topic" })).toEqual({});
    expect(starts({ ...inputs, branch: "topic" }, { source: "merge_request_event", ref: "topic" })).toEqual(
      {},
    );
  });

  it("parts of a source's name are not the source", () => {
    expect(starts({ pipeline_sources: "web" }, { source: "webide" })).toEqual({});
  });
});

describe("deploy_on", () => {
  const tag = { ref: "1.0.0", tag: true };

  it.each([
    ["branch", {}, deployed("on_success")],
    ["branch", tag, {}],
    ["branch", { freeze: true }, deployed("manual")],
    ["manual", {}, deployed("manual")],
    ["manual", tag, {}],
    ["manual", { freeze: true }, deployed("manual")],
    ["manual", { ref: "topic" }, {}],
    ["manual", { source: "schedule" }, {}],
    ["tag", tag, deployed("on_success")],
    ["tag", { ...tag, freeze: true }, deployed("manual")],
    ["tag", { ...tag, source: "schedule" }, {}],
    ["tag", {}, {}],
    ["tag", { ref: "topic" }, {}],
  ])("%s: %j", (deploy_on, event: Event, expected) => {
    expect(starts({ deploy_on }, event)).toEqual(expected);
  });

  it("counts for another branch than the default one too", () => {
    const inputs = { branch: "release/1.x" };
    expect(starts(inputs, { ref: "release/1.x" })).toEqual(deployed("on_success"));
    expect(starts(inputs, { ref: "main" })).toEqual({});
    expect(starts({ ...inputs, deploy_on: "tag" }, tag)).toEqual(deployed("on_success"));
    expect(starts({ ...inputs, deploy_on: "tag" }, { ref: "release/1.x" })).toEqual({});
  });

  it("brings the whole delivery into the pipelines of tags", () => {
    const { starts: all } = include([{ component: "delivery", inputs: { deploy_on: "tag" } }], tag, []);
    expect(all).toEqual({
      validate_syntax: "on_success",
      run_tests: "on_success",
      build_deployment_package: "on_success",
      ...deployed("on_success"),
      rollback_deployment: "manual",
    });
  });
});
