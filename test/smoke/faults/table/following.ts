import { expect } from "vitest";
import { changed, hello, jobsAre, on, page, type Row, slow, status, withArtifact } from "./row.ts";

const jobs = /GET .*\/pipelines\/\d+\/jobs$/;
const one = /GET .*\/pipelines\/\d+$/;
const trace = /GET .*\/trace$/;
const artifacts = /GET .*\/artifacts$/;
const lint = /\/ci\/lint$/;
const cutZip = { kind: "answer", answer: { bytes: Buffer.from("PK\u0003\u0004 and no more") } } as const;

/** Traces, pages, states, attempts, runners: findings 3, 12 to 17, 19 and 20. */
export const following: Readonly<Record<string, readonly Row[]>> = {
  "3": [
    {
      what: "traces with times, and lines that come in two parts",
      scenario: {
        pipeline: "a: { script: ['seq 11 20'] }\n",
        expect: { traces: { a: { matches: ["^12$", "^15$", "^20$"], lacks: ["01O", "section_"] } } },
      },
      verdict: "passed",
    },
    { what: "traces of older runners", server: { trace: "plain" }, scenario: hello, verdict: "passed" },
  ],
  "12": [
    {
      what: "a sign-in page for a trace",
      scenario: hello,
      fault: on(trace, page),
      verdict: "error",
      says: "answered with a web page where GitLab's API was expected",
    },
    {
      what: "a sign-in page for artifacts",
      scenario: withArtifact,
      fault: on(artifacts, page),
      verdict: "error",
      says: "answered with a web page",
    },
    {
      what: "an archive that was cut, once",
      scenario: withArtifact,
      fault: on(artifacts, cutZip, 1),
      verdict: "passed",
    },
    {
      what: "an archive that is never whole",
      scenario: withArtifact,
      fault: on(artifacts, cutZip),
      verdict: "error",
      says: ["the artifacts of a are no whole zip archive", "(job "],
    },
    {
      what: "an object store that refuses",
      scenario: withArtifact,
      before: ({ server }) => {
        server.storeFault = () => 403;
      },
      verdict: "error",
      says: "where GitLab keeps what GET projects/group%2Fberth/jobs",
      after: (_, { error }) => expect(error).not.toContain("higher role"),
    },
    {
      what: "an object store that is in trouble once",
      scenario: withArtifact,
      before: ({ server }) => {
        let times = 0;
        server.storeFault = () => (times++ === 0 ? 503 : undefined);
      },
      verdict: "passed",
    },
    {
      what: "an object store that cannot be reached",
      scenario: withArtifact,
      fault: on(artifacts, {
        kind: "answer",
        answer: {
          status: 302,
          text: "",
          headers: { location: "http://127.0.0.1:9/artifacts/1?X-Signature=x" },
        },
      }),
      options: { connection: { perSecond: 1_000, pause: 1, attempts: 2 } },
      verdict: "error",
      says: "127.0.0.1:9",
    },
  ],
  "13": [
    {
      what: "a trace that may not be read and is not asked for",
      scenario: { ...hello, expect: { jobs: { a: "success" } } },
      fault: on(trace, status(403)),
      verdict: "passed",
    },
    {
      what: "a trace that may not be read where one is expected",
      scenario: hello,
      fault: on(trace, status(403)),
      verdict: "failed",
      says: "a: the trace cannot be read: GitLab answered 403",
    },
    {
      what: "a trace that is gone",
      scenario: { ...hello, expect: { jobs: { a: "success" } } },
      fault: on(trace, status(404)),
      verdict: "passed",
    },
  ],
  "14": [
    {
      what: "a runner that never contacted GitLab",
      scenario: hello,
      server: { runner: { status: "never_contacted" } },
      verdict: "refused",
      says: "none of the project's runners ever contacted GitLab",
    },
    {
      what: "a job that no runner takes, where runners are not told",
      token: "developer",
      scenario: {
        pipeline: "a: { tags: [windows], script: [dir] }\n",
        expect: { jobs: { a: "success" } },
        timeout: 1,
      },
      verdict: "failed",
      says: "these jobs never began: a (pending)",
    },
    {
      what: "a job that no runner takes",
      scenario: { pipeline: "a: { tags: [windows], script: [dir] }\n", expect: { jobs: { a: "success" } } },
      options: { stuckAfter: 50 },
      verdict: "error",
      says: "the job a is stuck: no runner has the tags windows",
    },
  ],
  "15": [
    ...["waiting_for_resource", "waiting_for_callback"].map(
      (state): Row => ({
        what: `a job that is ${state} for a while`,
        scenario: hello,
        fault: jobsAre(state, 4),
        verdict: "passed",
        after: ({ notes }) => expect(notes).toContain(`the job a is ${state}`),
      }),
    ),
    {
      what: "a job that waits for a resource until the scenario's time is over",
      scenario: { ...slow, timeout: 1 },
      fault: jobsAre("waiting_for_resource", 1_000),
      verdict: "failed",
      says: "these jobs never began: a (waiting_for_resource)",
    },
    {
      what: "a delayed job",
      scenario: {
        pipeline: "a: { script: [ls], when: delayed, start_in: 30 minutes }\n",
        expect: { jobs: { a: "success" } },
      },
      fault: jobsAre("scheduled", 4),
      verdict: "passed",
      after: ({ notes }) =>
        expect(notes.join()).toMatch(/the job a is delayed until \d{4}-\S+Z \(start_in: 30 minutes\)/),
    },
    {
      what: "a state that no GitLab has today, until the scenario's time is over",
      scenario: { ...slow, timeout: 1 },
      fault: jobsAre("levitating", 1_000),
      verdict: "failed",
      says: "these jobs never began: a (levitating)",
    },
  ],
  "16": [
    {
      what: "404 once to lint, from a replica that lags",
      scenario: hello,
      fault: on(lint, status(404), 1),
      verdict: "passed",
    },
    {
      what: "404 once to the jobs of a new pipeline",
      scenario: hello,
      fault: on(jobs, status(404), 1),
      verdict: "passed",
    },
    {
      what: "a finished pipeline's list of jobs that is empty at first",
      scenario: hello,
      fault: on(jobs, { kind: "change", change: (answer) => ({ ...answer, json: [] }) }, 3),
      verdict: "passed",
    },
    {
      what: "404 once to the pipeline itself",
      scenario: hello,
      fault: on(one, status(404), 1),
      verdict: "passed",
    },
  ],
  "17": [
    {
      what: "a push pipeline that GitLab skipped",
      scenario: { ...hello, source: "push" },
      fault: (request, nth) => {
        if (one.test(request) || /\/pipelines$/.test(request))
          return changed((each) => ({ ...each, status: "skipped" }));
        return jobs.test(request) && nth >= 0
          ? { kind: "change", change: (answer) => ({ ...answer, json: [] }) }
          : undefined;
      },
      verdict: "failed",
      says: "GitLab skipped the whole pipeline",
      leaves: true,
    },
  ],
  "19": [
    {
      what: "a job that succeeds at its second attempt",
      scenario: {
        pipeline: "a: { retry: 1, script: ['test -e /tmp/never'] }\n",
        expect: { jobs: { a: "failed" } },
      },
      verdict: "passed",
      after: (_, { steps }) => expect(steps[0]?.result.jobs[0]?.attempts).toBe(2),
    },
    {
      what: "a job that a security policy adds",
      scenario: hello,
      fault: on(jobs, {
        kind: "change",
        change: (answer) => {
          const [first] = answer.json as object[];
          return {
            ...answer,
            json: [...(answer.json as object[]), { ...first, id: 9_999, name: "secret-detection-0" }],
          };
        },
      }),
      before: ({ server }) => server,
      verdict: "passed",
    },
  ],
};
