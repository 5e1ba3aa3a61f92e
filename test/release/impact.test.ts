import { describe, expect, it } from "vitest";
import { judgeUpgrade, readLocalIncludes, readUses } from "../../src/release/use.ts";
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

  it("is refused where the component hands its inputs on to another, which takes them no more", () => {
    const whole = `spec: { inputs: { level: { type: number, default: 1 } } }
---
include:
  - local: /templates/check.yml
    inputs: { target: here, level: "$[[ inputs.level ]]" }
`;
    const files = (of: Record<string, string>) => ({ ...of, "templates/whole.yml": whole });
    const [use] = readUses("include: { component: host/lib/checks/whole@1.0.0, inputs: { level: 3 } }");
    const { refused, risks } = judgeUpgrade(use!, files(before), files(after));
    expect(refused).toEqual([expect.stringContaining("`level` input: ")]);
    expect(risks.map((each) => each.kind)).toEqual(["job-renamed"]);
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

describe("the files of the same project", () => {
  it("are those that are included by a plain path", () => {
    const text =
      "include: [ci/a.yml, { local: /b.yml }, { local: ci/*.yml }, { local: $X.yml }, https://example.com/c.yml]";
    expect(readLocalIncludes(text)).toEqual(["ci/a.yml", "b.yml"]);
    expect(readLocalIncludes("include: /d.yml")).toEqual(["d.yml"]);
  });
});
