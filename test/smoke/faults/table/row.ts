import type { GitlabRunnerOptions } from "../../../../src/smoke/gitlab/runner.ts";
import type { VariationReport } from "../../../../src/smoke/run-variation.ts";
import type { Definition, Scenario } from "../../../../src/smoke/scenario.ts";
import type { Fault } from "../../../gitlab-server/faults.ts";
import type { GitlabServerOptions, ServerPipeline, tokens } from "../../../gitlab-server/index.ts";
import type { Answer } from "../../../gitlab-server/routes/index.ts";
import type { SmokeServer } from "../../runner/smoke-server.ts";

/** One thing that GitLab, its settings or the way to it does otherwise, and what a run must come to. */
export interface Row {
  readonly what: string;
  readonly scenario?: Definition & Partial<Scenario>;
  readonly token?: keyof typeof tokens;
  readonly server?: GitlabServerOptions;
  readonly options?: Partial<GitlabRunnerOptions>;
  /** Sets the project or the object store up. */
  readonly before?: (smoke: SmokeServer) => unknown;
  /** What happens to a request, `GET /projects/group%2Fberth/…` without the query; `nth`: how many such came before it. */
  readonly fault?: (request: string, nth: number, smoke: SmokeServer) => Fault | undefined;
  /** The request at which somebody ends the run, as by Ctrl-C. */
  readonly endAt?: RegExp;
  /** `refused`: nothing was pushed, and the command says why. */
  readonly verdict: VariationReport["state"] | "refused";
  /** What the report must say: one line of it must hold all of a text. */
  readonly says?: string | readonly string[];
  /** Notes and results beside the verdict. */
  readonly after?: (smoke: SmokeServer, report: VariationReport) => void;
  /** How many pipelines were made; one where it is absent. */
  readonly pipelines?: number;
  /** What stays behind because the fault is in the cleaning up itself. */
  readonly leaves?: boolean;
}

export const hello = {
  variables: { WHOM: "you" },
  pipeline: "a: { script: ['echo \"hello $WHOM\"'] }\n",
  expect: { jobs: { a: "success" }, traces: { a: { matches: "^hello you$" } } },
} as const satisfies Definition;

export const withArtifact = {
  pipeline: "a: { script: ['echo x > out'], artifacts: { paths: [out] } }\n",
  expect: { jobs: { a: "success" }, artifacts: { a: ["out"] } },
} as const satisfies Definition;

export const slow = {
  pipeline: "a: { script: [sleep 100] }\n",
  expect: { jobs: { a: "success" } },
} as const satisfies Definition;

export const forMergeRequest = {
  source: "merge_request_event",
  pipeline: "a: { script: [ls], rules: [{ if: $CI_PIPELINE_SOURCE == 'merge_request_event' }] }\n",
  expect: { jobs: { a: "success" } },
} as const satisfies Definition;

/** A fault for one kind of request: the first so many of them, or all. */
export function on(
  pattern: RegExp,
  fault: Fault,
  times = Number.POSITIVE_INFINITY,
): NonNullable<Row["fault"]> {
  let left = times;
  return (request) => {
    if (!pattern.test(request) || left <= 0) return undefined;
    left -= 1;
    return fault;
  };
}

export function status(code: number, json: unknown = { message: `${code} as a test wants it` }): Fault {
  return { kind: "answer", answer: { status: code, json } };
}

/** GitLab's sign-in page, with the status that a proxy gives it. */
export const page: Fault = {
  kind: "answer",
  answer: { text: "<html>Sign in</html>", headers: { "content-type": "text/html" } },
};

type Json = Readonly<Record<string, unknown>>;

/** Changes an answer's objects: the one, or each of a list. */
export function changed(change: (each: Json) => Json): Fault {
  const json = (given: unknown) => (Array.isArray(given) ? given.map(change) : change(given as Json));
  return { kind: "change", change: (answer: Answer) => ({ ...answer, json: json(answer.json) }) };
}

/** A job that is in another state than the stand-in gives it, for the first so many looks. */
export function jobsAre(state: string, looks: number): NonNullable<Row["fault"]> {
  return on(
    /GET .*\/pipelines\/\d+\/jobs$/,
    changed((job) => ({ ...job, status: state, started_at: null })),
    looks,
  );
}

/** What must not be after a run, whatever happened; empty where all is well. */
export function leftBy({ server, branches }: SmokeServer): string[] {
  const running = ({ status: state }: ServerPipeline) => ["created", "pending", "running"].includes(state);
  return [
    ...branches().filter((name) => name !== "main"),
    ...server.state.pipelines.filter(running).map(({ id, status: state }) => `pipeline ${id}: ${state}`),
    ...server.state.mergeRequests.filter(({ state }) => state === "opened").map(({ iid }) => `!${iid}`),
  ];
}
