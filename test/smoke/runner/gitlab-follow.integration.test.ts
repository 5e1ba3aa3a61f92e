import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { PipelineEvent } from "../../../src/pipelines/result.ts";
import type { GitlabServerOptions } from "../../gitlab-server/index.ts";
import { openSmokeServer, type SmokeServer } from "./smoke-server.ts";

let smoke: SmokeServer | undefined;

async function open(
  options: GitlabServerOptions = {},
  onEvent?: (event: PipelineEvent) => void,
): Promise<SmokeServer> {
  smoke = await openSmokeServer(options, onEvent);
  return smoke;
}

afterEach(async () => {
  await smoke?.close();
  smoke = undefined;
});

/** Two jobs of the child, one by hand, and a trigger job that takes over how it ends. */
const family = `
begin: { stage: .pre, script: ['echo "broken: { script: [exit 4] }" > made.yml'], artifacts: { paths: [made.yml] } }
child:
  stage: test
  variables: { WHOM: you }
  trigger: { include: child.yml, strategy: depend }
made:
  stage: test
  allow_failure: true
  trigger: { include: [{ artifact: made.yml, job: begin }], strategy: depend }
after: { stage: deploy, script: [ls] }
`;
const files = {
  "child.yml":
    "greet: { script: ['echo \"hello $WHOM from $CI_PIPELINE_SOURCE\" | tee out.txt'], artifacts: { paths: [out.txt] } }\nby_hand: { stage: deploy, when: manual, script: [ls] }\n",
};
const expectFamily = {
  pipeline: "success",
  jobs: {
    begin: "success",
    child: "success",
    "child / greet": "success",
    "child / by_hand": "manual",
    made: { state: "failed", allow_failure: true },
    "made / broken": { state: "failed", exit_code: 4 },
    after: "success",
  },
  artifacts: { "child / greet": [{ path: "out.txt", contains: "hello you" }] },
  traces: { "child / greet": { contains: "from parent_pipeline" } },
};

describe("child pipelines", () => {
  it.each([
    ["19.2 and later", true],
    ["older", false],
  ])("are followed and read as part of the pipeline, GitLab being %s", async (_, triggerJobs) => {
    const { run, server, branches } = await open({ triggerJobs });
    const report = await run({ pipeline: family, files, expect: expectFamily });
    expect(report.steps[0]?.problems).toEqual([]);
    expect(server.state.pipelines.map((each) => each.start.source)).toEqual([
      "api",
      "parent_pipeline",
      "parent_pipeline",
    ]);
    const asked = server.log.filter((each) => each.includes("/trigger_jobs"));
    expect(asked.length > 1).toBe(triggerJobs);
    expect(branches()).toEqual(["main"]);
  });

  it("come out the same on the local runner", async () => {
    const { runLocally } = await open();
    const report = await runLocally({ pipeline: family, files, expect: expectFamily });
    expect(report.steps[0]?.problems).toEqual([]);
  });

  it("are read as their end leaves them, however much happens between two answers", async () => {
    const { run, server } = await open();
    // The jobs are listed before `after` has begun; what they started is told when all is over.
    server.faults = ({ path }) => {
      const [first] = server.state.pipelines;
      const held = first && path.endsWith(`/pipelines/${first.id}/trigger_jobs`);
      return held ? { kind: "wait", until: first.rest() } : undefined;
    };
    const report = await run({
      pipeline:
        "child: { stage: test, trigger: { include: child.yml, strategy: depend } }\nafter: { stage: deploy, script: [ls] }\n",
      files: { "child.yml": "greet: { script: [ls] }\n" },
      expect: {
        pipeline: "success",
        jobs: { child: "success", "child / greet": "success", after: "success" },
      },
    });
    expect(report.steps[0]?.problems).toEqual([]);
  });

  it("are cancelled with their pipeline", async () => {
    const controller = new AbortController();
    const { run, server } = await open({}, (event) => {
      if (event.kind === "job-started" && event.job === "child / slow") controller.abort();
    });
    const report = await run(
      {
        pipeline: "child: { trigger: { include: child.yml } }\n",
        files: { "child.yml": "slow: { script: [sleep 100] }\n" },
        expect: { pipeline: "success" },
      },
      { signal: controller.signal },
    );
    expect(report.state).toBe("canceled");
    await Promise.all(server.state.pipelines.map((each) => each.rest()));
    expect(server.state.pipelines.at(-1)?.status).toBe("canceled");
  });
});

describe("what jobs leave behind", () => {
  const suite =
    "<testsuite><testcase name='a &gt; b'/><testcase name='c'><failure><![CDATA[<error>]]></failure></testcase><testcase name='d'><skipped/></testcase></testsuite>";
  const pipeline = `report: { script: ["echo \\"${suite}\\" > report.xml", "exit 3"], artifacts: { when: always, reports: { junit: report.xml } } }\n`;
  const expected = {
    jobs: { report: { state: "failed", exit_code: 3 } },
    tests: { report: { total: 3, success: 1, failed: 1, skipped: 1, error: 0 } },
  };

  it("are counted: test reports and exit codes, on both runners", async () => {
    const { run, runLocally } = await open();
    for (const each of [run, runLocally]) {
      const report = await each({ pipeline, expect: expected });
      expect(report.steps[0]?.problems).toEqual([]);
    }
    const wrong = await runLocally({
      pipeline,
      expect: { tests: { report: { failed: 0 }, other: { total: 1 } } },
    });
    expect(wrong.steps[0]?.problems).toEqual([
      "report: 1 tests are failed, expected 0",
      "other has no test report",
    ]);
  });

  // A trace begins with the command: what it prints must not be in there.
  const long = "a: { script: ['seq 1 200; echo the very $(echo end)'] }\n";
  const wanted = { traces: { a: { contains: "the very end" } } };

  it("is read to its end where traces come late", async () => {
    const { run } = await open({ lateTraces: 9 });
    const report = await run({ pipeline: long, expect: wanted }, { interval: 10 });
    expect(report.steps[0]?.problems).toEqual([]);
  });

  it("is called cut where its end does not come in time, or never can", async () => {
    const late = await open({ lateTraces: Number.POSITIVE_INFINITY });
    const report = await late.run({ pipeline: long, expect: wanted }, { traceWithin: 300 });
    expect(report.steps[0]?.problems).toEqual([
      'a: the trace does not contain "the very end"',
      "a: the trace is not whole: its end has not come 1 s after the job's",
    ]);
    await late.close();
    const { run, server } = await open({ traceLimit: 500 });
    const limited = await run({ pipeline: long, expect: { traces: { a: { contains: "exceeded limit" } } } });
    expect(limited.steps[0]?.problems).toEqual([]);
    expect(server.log.filter((each) => each.endsWith("/trace"))).toHaveLength(1);
  });
});

describe("following", () => {
  it("shows running jobs' lines as they come, each once and no secret, at its pace", async () => {
    const heard = mkdtempSync(join(tmpdir(), "berth-heard-"));
    // The job says its next line when the one before was heard: lines that come at its end only leave it waiting, and failing.
    const { run, server, events } = await open({}, (event) => {
      const number = event.kind === "job-line" ? /^line (\d)/.exec(event.line)?.[1] : undefined;
      if (number) writeFileSync(join(heard, number), "");
    });
    const interval = 200;
    const wait = `n=0; until test -e ${heard}/$each; do n=$((n + 1)); test $n -lt 900 || exit 1; sleep 0.1; done`;
    const report = await run(
      {
        variables: { SECRET: { value: "secret-of-eight", masked: true } },
        pipeline: `a: { script: ["for each in 1 2 3 4 5 6; do echo line $each $SECRET; ${wait}; done"] }\n`,
        expect: { jobs: { a: "success" } },
      },
      { stream: true, interval },
    );
    rmSync(heard, { recursive: true });
    expect(report.steps[0]?.problems).toEqual([]);
    const lines = events.flatMap((each) =>
      each.kind === "job-line" && /^line \d/.test(each.line) ? each.line : [],
    );
    expect(lines).toEqual([1, 2, 3, 4, 5, 6].map((number) => `line ${number} [MASKED]`));
    const looks = server.requests.filter(({ request }) => /\/(jobs|trigger_jobs|trace)\b/.test(request));
    const times = looks.slice(0, -2).map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(4);
    // A turn every half interval on average; a request's way here takes its time, too.
    const spread = (times.at(-1) ?? 0) - (times[0] ?? 0);
    expect(spread / gaps.length).toBeGreaterThan(interval / 4);
  });

  it("asks again whether a runner has come before it calls a job stuck", async () => {
    const { run, server } = await open({ runnerTags: ["linux"] });
    const pipeline = "a: { tags: [windows], script: [ls] }\n";
    const report = await run({ pipeline, expect: { jobs: { a: "success" } } }, { stuckAfter: 100 });
    expect(report.error).toBe("the job a is stuck: no runner has the tags windows");
    expect(server.log.filter((each) => each.endsWith("/runners?per_page=100")).length).toBe(2);
  });

  it.each([
    [{ status: "offline" }, "none of the project's runners is online"],
    [{ access_level: "ref_protected" }, "take jobs of protected branches only"],
  ])("says before the start that no runner will come: %j", async (runner, message) => {
    const { run } = await open({ runner });
    await expect(run({ pipeline: "a: { script: [ls] }\n", expect: { jobs: {} } })).rejects.toThrow(message);
  });
});
