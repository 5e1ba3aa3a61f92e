import { expect, test } from "vitest";
import { lint } from "../../src/lint/index.ts";

const lintText = (text: string, configuration?: string) =>
  lint([{ path: ".gitlab-ci.yml", text }], configuration === undefined ? {} : { configuration }).map(
    ({ rule, severity, line }) => `${line} ${severity}: ${rule}`,
  );

const component = (input: string, comment = "") => `spec:
  inputs:
    count: ${input}
---
build:
  script: ./build.sh
  parallel: $[[ inputs.count ]]${comment}
`;
const refused = component('{ default: "3" }');

test("what two rules see at one place is told once, by the one that explains it, and weighs what the heavier weighs", () => {
  expect(lintText(refused)).toEqual(["7 error: input-type-fitting"]);
});

test("where the better rule is off, GitLab's own words are told", () => {
  expect(lintText(refused, "lint: { rules: { input-type-fitting: off } }")).toEqual([
    "7 error: pipeline-valid",
  ]);
  expect(lintText(refused, "lint: { rules: { pipeline-valid: off } }")).toEqual([
    "7 warning: input-type-fitting",
  ]);
});

test("a comment that suppresses the better rule leaves nothing to tell", () => {
  const suppressed = component('{ default: "3" }', " # berth-ignore input-type-fitting: why");
  expect(lintText(suppressed)).toEqual([]);
});

test("another fault at the same place stays", () => {
  expect(lintText(component("{ default: 0, type: number }"))).toEqual(["7 error: pipeline-valid"]);
  expect(lintText(component("{ type: string }"))).toEqual(["7 warning: input-type-fitting"]);
});

test.each([
  "allow_failure",
  "interruptible",
  "parallel",
  "retry",
  "tags",
  "needs",
  "dependencies",
])("%s with a text is one fault", (keyword) => {
  const text = refused.replace("parallel", keyword);
  expect(lintText(text)).toEqual(["7 error: input-type-fitting"]);
});

test("what GitLab says in three ways of one value is told once, with the way out", () => {
  const [only, ...others] = lint([
    { path: ".gitlab-ci.yml", text: "test:\n  image: 3.10\n  script: make\n" },
  ]);
  expect(others).toEqual([]);
  expect(only).toMatchObject({ rule: "pipeline-valid", line: 2, column: 10, hint: 'quote it: "3.10"' });
});

test("a regex that is none is not told to be anchored too", () => {
  expect(lintText(component("{ regex: 'a(', type: string }").replace("parallel", "image"))).toEqual([
    "3 error: input-regex-valid",
  ]);
});
