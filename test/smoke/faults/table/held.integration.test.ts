import { expect, it } from "vitest";
import { openGitlab } from "../../../../src/gitlab/index.ts";
import { openSmokeServer } from "../../runner/smoke-server.ts";
import { following } from "./following.ts";
import { held } from "./held.ts";
import { playAll } from "./play.ts";
import { refusals } from "./refusals.ts";

playAll({ held });

it("lints at most 400 times a minute, however fast other requests may go", async () => {
  const { server, close } = await openSmokeServer();
  const env = { GITLAB_URL: server.address, GITLAB_TOKEN: server.token };
  const client = openGitlab({ env, perSecond: 1_000 });
  const begun = Date.now();
  await Promise.all(
    Array.from({ length: 19 }, () => client.pipelines.lint("group/berth", "a: { script: [ls] }")),
  );
  const times = server.requests.filter(({ request }) => request.endsWith("/ci/lint")).map(({ at }) => at);
  await close();
  expect(times).toHaveLength(19);
  // Twelve at once (two seconds' requests), then seven of six a second; timers may be a few milliseconds early.
  expect((times.at(-1) ?? 0) - begun).toBeGreaterThanOrEqual(1_150);
});

/** Findings that are not about a run: where else they are closed. */
const elsewhere: Readonly<Record<string, string>> = {
  "1": "test/rules/fixtures/release-image-able",
  "20": "the test above",
};

it("has at least sixty faults, each once, and some for each finding", () => {
  const groups = { ...refusals, ...following, held };
  const names = Object.values(groups).flatMap((rows) => rows.map(({ what }) => what));
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(names.length).toBeGreaterThanOrEqual(60);
  const findings = Array.from({ length: 21 }, (_, index) => String(index + 1));
  expect(findings.filter((each) => !(each in groups) && !(each in elsewhere))).toEqual([]);
});
