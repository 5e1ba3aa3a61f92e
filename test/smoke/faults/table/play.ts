import { afterEach, describe, expect, it } from "vitest";
import { tokens } from "../../../gitlab-server/index.ts";
import { openSmokeServer, type SmokeServer } from "../../runner/smoke-server.ts";
import { hello, leftBy, type Row } from "./row.ts";

/** A test for each row: the verdict, its reason in one line, as many pipelines as there should be, and nothing left behind. */
export function playAll(groups: Readonly<Record<string, readonly Row[]>>): void {
  let smoke: SmokeServer | undefined;
  afterEach(async () => {
    await smoke?.close();
    smoke = undefined;
  });

  describe.each(Object.entries(groups))("%s", (_, rows) => {
    it.each(rows.map((row) => [row.what, row] as const))("%s", async (_what, row) => {
      smoke = await openSmokeServer(row.server);
      const { said, report } = await play(smoke, row);
      expect({ verdict: report?.state ?? "refused", lines: said }).toEqual({
        verdict: row.verdict,
        lines: said,
      });
      for (const text of [row.says ?? []].flat()) expect(said.join("\n")).toContain(text);
      // The reason is one line, and nobody's stack trace.
      for (const line of said) expect(line).not.toMatch(/\n| at .*\.ts:\d/);
      if (report) row.after?.(smoke, report);
      if (row.verdict !== "refused") expect(smoke.server.state.pipelines).toHaveLength(row.pipelines ?? 1);
      else expect(smoke.server.log.filter((each) => !each.startsWith("GET"))).toEqual([]);
      if (!row.leaves) expect(leftBy(smoke)).toEqual([]);
    });
  });
}

/** Runs a row. Returns every line that the run says of what is wrong, and its report where there is one. */
async function play(on: SmokeServer, row: Row) {
  let count = 0;
  row.before?.(on);
  const end = new AbortController();
  on.server.faults = ({ method, path }) => {
    const request = `${method} ${path.replace("/api/v4", "")}`;
    if (row.endAt?.test(request)) end.abort();
    return row.fault?.(request, count++, on);
  };
  const env = { GITLAB_URL: on.server.address, GITLAB_TOKEN: tokens[row.token ?? "maintainer"].value };
  const connection = { perSecond: 1_000, pause: 1, horizon: 200 };
  try {
    const report = await on.run(row.scenario ?? hello, {
      ...{ env, interval: 20, connection, signal: end.signal },
      ...row.options,
    });
    return { report, said: [...report.steps.flatMap(({ problems }) => problems), report.error ?? []].flat() };
  } catch (error) {
    return { said: [(error as Error).message] };
  }
}
