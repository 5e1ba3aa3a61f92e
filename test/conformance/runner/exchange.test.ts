import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunnerJob } from "../../../src/runner/index.ts";
import { normalised } from "./normalised.ts";
import { PlayedRunner } from "./played-runner.ts";

/** One request of a real runner, and what it got. */
interface Exchange {
  readonly job: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly query: Readonly<Record<string, string>>;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: unknown;
  };
  readonly response: { readonly status: number; readonly body?: unknown };
}

const exchanges = readFileSync(join(import.meta.dirname, "cases/exchange.jsonl"), "utf8")
  .split("\n")
  .filter(Boolean)
  .map((line) => JSON.parse(line) as Exchange);
const names = [...new Set(exchanges.map(({ job }) => job))];

/** Jobs that wait for long are left to `npm run conformance:runner`, whose rows hold the same. */
const slow = ["exchange.timeout", "exchange.long-trace"];

describe("what a runner got from GitLab, given to ours, ends in what it told GitLab", () => {
  let runner: PlayedRunner;
  beforeAll(() => {
    runner = new PlayedRunner("17.5.0");
  });
  afterAll(() => runner.close());

  it.each(names.filter((name) => !slow.includes(name)))("%s", async (name) => {
    const own = exchanges.filter(({ job }) => job === name);
    const job = own.find(({ response }) => response.status === 201)?.response.body as RunnerJob;
    const told = own.find(({ request }) => request.method === "PUT")?.request.body as Record<string, unknown>;
    const controller = new AbortController();
    const canceled = name === "exchange.canceled";
    const incoming = name === "exchange.incoming" ? [{ "out/a.txt": "from dep\n" }] : [];
    const { answer, trace } = await runner.playJob(job, incoming, {
      signal: controller.signal,
      write: (text) => {
        if (canceled && text.includes("$ sleep 50")) controller.abort();
      },
    });
    expect(normalised(trace)).toBe(normalised(traceOf(own)));
    expect(answer.exit_code).toBe(told.exit_code ?? null);
    // GitLab has no such state from a runner: it knows itself that it canceled the job.
    expect(canceled ? "failed" : answer.state).toBe(told.state);
    if (!canceled) expect(answer.failure_reason).toBe(told.failure_reason ?? null);
    expect(answer.uploads.map(({ type, format }) => `${type} ${format}`)).toEqual(uploadsOf(own));
  });
});

/** The trace in the parts in which it was sent; one that did not follow on was sent again from its beginning. */
function traceOf(exchanges: readonly Exchange[]): string {
  let trace = Buffer.alloc(0);
  for (const { request } of exchanges.filter(({ request: { method } }) => method === "PATCH")) {
    const from = Number(/^\d+/.exec(request.headers["content-range"] ?? "0")?.[0]);
    trace = Buffer.concat([trace.subarray(0, from), Buffer.from(String(request.body))]);
  }
  return trace.toString("utf8");
}

function uploadsOf(exchanges: readonly Exchange[]): string[] {
  return exchanges
    .filter(({ request }) => request.path.endsWith("/artifacts") && request.method === "POST")
    .map(({ request }) => `${request.query.artifact_type} ${request.query.artifact_format}`);
}
