import { afterAll, describe, expect, it } from "vitest";
import { openGitlab, type Project } from "../../src/gitlab/index.ts";
import { type Survey, type SurveyState, surveyImpact } from "../../src/release/impact.ts";
import { judgeUpgrade, readUses } from "../../src/release/use.ts";
import { startGitlabServer } from "../gitlab-server/index.ts";
import { base } from "./pairs.ts";

const before = { "templates/check.yml": base };
const after = {
  "templates/check.yml": base.replace("[1, 2, 3]", "[1, 2]").replace("publish:\n", "release:\n"),
};
const include = (inputs: string) =>
  `include:\n  - local: a.yml\n  - component: $CI_SERVER_FQDN/lib/checks/check@1.0.0\n    inputs: ${inputs}\n`;

describe("one use", () => {
  it.each([
    ["{ target: a }", 0],
    ["{ target: a, level: 2 }", 0],
    ["{ target: a, level: 3 }", 1],
    ["{ level: 1 }", 0],
  ])("with the inputs %s is refused %i times more", (inputs, count) => {
    const [use] = readUses(include(inputs));
    const verdict = judgeUpgrade(use!, before, after);
    expect(verdict.refused).toHaveLength(count);
    expect(verdict.risks.map((each) => each.kind)).toEqual(["job-renamed"]);
  });

  it("is found with its place, also alone and among other includes", () => {
    expect(readUses(include("{}"))[0]).toMatchObject({
      project: "lib/checks",
      component: "check",
      version: "1.0.0",
      place: { line: 3 },
    });
    expect(readUses("include: { component: host/a/b/c@~latest }")).toMatchObject([
      { project: "a/b", component: "c", version: "~latest" },
    ]);
    expect([readUses("include: a.yml"), readUses("a: ["), readUses("")]).toEqual([[], [], []]);
  });
});

describe("a group of 2,000 projects", async () => {
  const server = await startGitlabServer();
  afterAll(() => server.stop());
  const count = 2000;
  for (let number = 0; number < count; number += 1) server.addProject(`big/p${number}`);
  /** Every project has a commit on paper; its file is made up when it is read. */
  const fileOf = (number: number) =>
    number % 7 === 0 ? include(`{ target: a, level: ${(number % 3) + 1} }`) : "a: { script: [b] }";
  const client = openGitlab({
    env: { GITLAB_URL: server.address, GITLAB_TOKEN: server.token },
    perSecond: 1000,
    pause: 1,
  });
  const read: string[] = [];
  const survey: Survey = {
    project: "lib/checks",
    after,
    filesAt: async () => before,
    pages: async function* (from) {
      for await (const page of client.projects.ofGroup("big", from)) {
        yield { ...page, items: page.items.map((each): Project => ({ ...each, default_branch: "main" })) };
      }
    },
    read: async ({ path_with_namespace: path }) => {
      read.push(path);
      return fileOf(Number(path.replace("big/p", "")));
    },
  };

  it("is surveyed with one request a page, goes on after a kill, and every seeded break is found", async () => {
    let state: SurveyState | undefined;
    for await (const reached of surveyImpact(survey)) {
      state = JSON.parse(JSON.stringify(reached)) as SurveyState;
      if (reached.projects >= 700) break;
    }
    expect(state).toMatchObject({ projects: 700, finished: false });
    for await (const reached of surveyImpact(survey, state)) state = reached;
    expect(state).toMatchObject({ projects: count, finished: true });
    expect(server.log).toHaveLength(count / 100);
    expect(new Set(read).size).toBe(count);
    expect(read).toHaveLength(count);
    const seeded = Array.from({ length: count }, (_, number) => number).filter((number) => number % 7 === 0);
    expect(state?.impacts).toHaveLength(seeded.length);
    const broken = state?.impacts.filter((each) => each.breaks).map((each) => each.consumer);
    expect(broken?.sort()).toEqual(
      seeded
        .filter((number) => number % 3 === 2)
        .map((number) => `big/p${number}`)
        .sort(),
    );
  });
});
