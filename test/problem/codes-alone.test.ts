import { describe, expect, test, vi } from "vitest";
import { judge } from "../../src/catalog/judge.ts";
import { expandPipeline } from "../../src/index.ts";
import { judgeUpgrade } from "../../src/release/use.ts";
import { readFixtures } from "../rules/fixture.ts";
import { holdsFor, needsShellCheck } from "../rules/holds.ts";

/*
 * Every message is replaced by its code and facts. What lint, the catalog and release find, where and how heavy, must stay the same:
 * nothing of ours may depend on how a sentence reads.
 */
vi.mock("../../src/engine/problem/say.ts", () => ({
  say: (code: string, facts: unknown) => `${code} ${JSON.stringify(facts)}`,
}));

test("messages are codes here", () => {
  const { errors } = expandPipeline("build: {script: make, needs: [gone]}\n");
  expect(errors).toEqual(['build job: need-undefined {"need":"gone"}']);
});

describe("lint finds the same", () => {
  for (const fixture of readFixtures().filter((each) => !needsShellCheck(each)))
    test(`${fixture.rule}/${fixture.name}`, () => holdsFor(fixture));
});

const template = `spec:
  inputs:
    level: {options: [low, high]}
    count: {type: number, default: 1}
---
build:
  stage: compile
  script: make $[[ inputs.level ]] $[[ inputs.count ]]
  needs: [lint]
`;

test("the catalog's page says which input is at fault, and what the consumer's pipeline lacks", () => {
  const component = {
    name: "build",
    project: "group/tools",
    file: "templates/build.yml",
    files: { "templates/build.yml": template },
    left: [],
    samples: { level: "low" },
  };
  const verdict = judge(component, { level: "medium", count: "many" }, "branch");
  expect(verdict.errors.map(({ input }) => input)).toEqual(["level", "count"]);
  expect(verdict.stages).toEqual(["compile"]);
  expect(verdict.picture).not.toBe("");
});

test("release knows which refusal is new", () => {
  const use = {
    project: "group/tools",
    component: "build",
    version: "1.0.0",
    inputs: { level: "medium" },
    place: undefined,
  };
  const files = (text: string) => ({ "templates/build.yml": text });
  expect(judgeUpgrade(use, files(template), files(template)).refused).toEqual([]);
  const without = template.replace(", high]", ", medium]");
  expect(judgeUpgrade(use, files(without), files(template)).refused).toHaveLength(1);
});
