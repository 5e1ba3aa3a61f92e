import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { GitlabServerOptions } from "../../gitlab-server/index.ts";
import { openSmokeServer, type SmokeServer } from "./smoke-server.ts";

let smoke: SmokeServer;

beforeEach(async () => {
  smoke = await openSmokeServer({ backgroundDelay: 200 });
});

afterEach(() => smoke.close());

/** A server of other behaviour in place of the usual one. */
async function reopen(options: GitlabServerOptions): Promise<void> {
  await smoke.close();
  smoke = await openSmokeServer(options);
}

const onMergeRequests = "rules: [{ if: $CI_PIPELINE_SOURCE == 'merge_request_event' }]";

describe("how a pipeline begins on GitLab", () => {
  it("begins by a push where the scenario says so, on a branch that plays the default branch, with its variables", async () => {
    const report = await smoke.run({
      source: "push",
      variables: { WHOM: { value: "the $world", expand: false } },
      pipeline:
        "a:\n  script: ['echo \"$CI_PIPELINE_SOURCE to $WHOM\"']\n  rules: [{ if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }]\n",
      expect: { jobs: { a: "success" }, traces: { a: { contains: "push to the $world" } } },
    });
    expect(report.steps[0]?.problems).toEqual([]);
    expect(report.steps[0]?.result.beginning).toBe("push");
    expect(smoke.sources()).toEqual(["push"]);
    expect(smoke.branches()).toEqual(["main"]);
  });

  it("does not wait for a push whose rules leave no job, but gives GitLab's reason", async () => {
    const report = await smoke.run({
      source: "push",
      pipeline: `a: { script: [ls], ${onMergeRequests} }\n`,
      expect: { error: "Pipeline will not run for the selected trigger" },
    });
    expect(report).toMatchObject({ state: "passed" });
    expect(smoke.sources()).toEqual([]);
  });

  it("says through the API what the pipeline stands for, in the file where the project takes no variables", async () => {
    for (const role of ["developer", "no_one_allowed"]) {
      smoke.project.variablesRole = role;
      const report = await smoke.run({
        source: "schedule",
        variables: { WHOM: "you" },
        inputs: { greeting: "good day" },
        pipeline:
          "spec: { inputs: { greeting: { default: hello } } }\n---\na:\n  script: ['echo \"$[[ inputs.greeting ]], $WHOM\"']\n  rules: [{ if: $CI_PIPELINE_SOURCE == 'schedule' && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH }]\n",
        expect: { jobs: { a: "success" }, traces: { a: { contains: "good day, you" } } },
      });
      expect(report.steps[0]?.problems).toEqual([]);
    }
    expect(smoke.sources()).toEqual(["api", "api"]);
  });

  it.each([
    ["maintainer", ["CI_DEFAULT_BRANCH"], false],
    ["developer", ["CI_DEFAULT_BRANCH", "WHOM"], true],
  ])("takes a token of unknown role for a developer's: variables from %s up", async (role, names, given) => {
    smoke.project.variablesRole = role;
    smoke.project.roleUntold = true;
    const report = await smoke.run({
      source: "api",
      variables: { WHOM: "you" },
      pipeline: "a: { script: ['echo \"hello $WHOM\"'] }\n",
      expect: { jobs: { a: "success" }, traces: { a: { contains: "hello you" } } },
    });
    expect(report.steps[0]?.problems).toEqual([]);
    const sent = smoke.server.state.pipelines[0]?.start.variables.map(({ key }) => key) ?? [];
    expect(sent).toEqual(given ? names : []);
  });

  it("keeps the dollar of values that are not to be expanded, in secrets too", async () => {
    const report = await smoke.run({
      variables: {
        COST: { value: "5 $HOME", expand: false },
        SECRET: { value: "secret-$HOME", expand: false, masked: true },
      },
      inputs: { greeting: "good day" },
      pipeline:
        "spec: { inputs: { greeting: { default: hello } } }\n---\na: { script: ['printf %s \"$COST|$SECRET|$[[ inputs.greeting ]]\" > out.txt'], artifacts: { paths: [out.txt] } }\n",
      expect: {
        artifacts: { a: [{ path: "out.txt", matches: "^5 \\$HOME\\|secret-\\$HOME\\|good day$" }] },
      },
    });
    expect(report.steps[0]?.problems).toEqual([]);
  });

  it("leaves the pipeline of a merge request to GitLab, however long it takes, and cancels the push's own", async () => {
    const report = await smoke.run({
      source: "merge_request_event",
      variables: { WHOM: "you", SECRET: { value: "secret-of-eight", masked: true } },
      pipeline: "a: { script: ['echo \"hello $WHOM$SECRET!\"'], rules: [{ when: always }] }\n",
      expect: { jobs: { a: "success" }, traces: { a: { contains: "hello you!" } } },
    });
    expect(report.steps[0]?.problems).toEqual([]);
    expect(smoke.notes).toEqual([
      "GitLab takes no secrets for merge request pipelines; set these in the project: SECRET",
    ]);
    expect(smoke.sources().sort()).toEqual(["merge_request_event", "push"]);
    expect(smoke.server.log.filter((each) => /^POST .*merge_requests\/\d+\/pipelines/.test(each))).toEqual(
      [],
    );
  });

  it("cancels what GitLab starts after all, while the merge request is being closed", async () => {
    const held: (() => void)[] = [];
    await reopen({ background: (work) => void held.push(work) });
    const stop = new AbortController();
    smoke.server.faults = ({ method, path }) => {
      if (method === "GET" && /merge_requests\/\d+\/pipelines$/.test(path)) stop.abort();
      if (method === "PUT" && /merge_requests\/\d+$/.test(path)) for (const work of held.splice(0)) work();
      return undefined;
    };
    const pipeline = "slow: { script: [sleep 100], rules: [{ when: always }] }\n";
    const expected = { pipeline: "success" };
    const report = await smoke.run(
      { source: "merge_request_event", pipeline, expect: expected },
      { signal: stop.signal },
    );
    expect(report.state).toBe("canceled");
    expect(smoke.sources()).toContain("merge_request_event");
    for (const { status } of smoke.server.state.pipelines) expect(status).toMatch(/^cancel/);
    expect(smoke.branches()).toEqual(["main"]);
  });

  it("asks for a merge request's pipeline only when GitLab is done without one, and gives the reason", async () => {
    const report = await smoke.run({
      source: "merge_request_event",
      pipeline: "a: { script: [ls], rules: [{ if: $CI_COMMIT_TAG }] }\n",
      expect: { error: "Pipeline will not run for the selected trigger" },
    });
    expect(report).toMatchObject({ state: "passed" });
    expect(smoke.sources()).toEqual([]);
    expect(smoke.server.state.mergeRequests.map((each) => each.state)).toEqual(["closed"]);
  });
});

describe("linting before the start", () => {
  it("gives all of the linter's errors, and starts nothing", async () => {
    const report = await smoke.run({
      component: "greet",
      inputs: { whomToGreet: "you", colour: "green" },
      expect: { jobs: { greet: "success" } },
    });
    expect(report.state).toBe("failed");
    expect(report.steps[0]?.result.errors.join()).toContain("unknown input arguments: colour");
    expect(smoke.sources()).toEqual([]);
    expect(smoke.server.log.some((each) => each.includes("/ci/lint?content_ref="))).toBe(true);
    expect(smoke.server.log.some((each) => each.startsWith("POST") && each.endsWith("/pipeline"))).toBe(
      false,
    );
  });

  it("wraps a pipeline with inputs of its own in an include with them", async () => {
    const report = await smoke.run({
      inputs: { colour: "blue" },
      pipeline: "spec: { inputs: { colour: { options: [red, green] } } }\n---\na: { script: [ls] }\n",
      expect: { error: "`blue` cannot be used because it is not in the list of allowed options" },
    });
    expect(report).toMatchObject({ state: "passed" });
    expect(smoke.server.log.some((each) => each.startsWith("POST") && each.endsWith("/ci/lint"))).toBe(true);
    expect(smoke.sources()).toEqual([]);
  });

  it("is all there is for a scenario that runs nothing: its configuration is judged", async () => {
    const report = await smoke.run({
      run: false,
      component: "greet",
      inputs: { whomToGreet: "you" },
      expect: { config: { greet: { script: ['ls; echo "hello {{inputs.whomToGreet}}"'] } } },
    });
    expect(report.steps[0]?.problems).toEqual([]);
    const wrong = await smoke.run({
      run: false,
      component: "greet",
      inputs: { whomToGreet: "you" },
      expect: { config: { greet: { image: "debian" }, other: { stage: "test" } } },
    });
    expect(wrong.steps[0]?.problems).toEqual([
      'greet: image is undefined, expected "debian"',
      "other is not in the configuration",
    ]);
    expect(smoke.sources()).toEqual([]);
    expect(smoke.branches()).toEqual(["main"]);
  });
});
