import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conditionHolds } from "../../src/engine/expression/index.ts";
import { lint } from "../../src/lint/index.ts";
import { factOf, pipelineKinds } from "../../src/lint/pipeline-kinds.ts";
import { isNeverIn } from "../../src/lint/reachability.ts";

/** `line rule` of what the rules about reachability say. */
function told(text: string): string[] {
  return lint([{ path: ".gitlab-ci.yml", text }], {
    configuration: "lint: {rules: {condition-value-known: off}}",
  })
    .filter(({ rule }) => ["job-reachable", "rules-reachable", "needs-together"].includes(rule))
    .map(({ line, rule }) => `${line} ${rule}`);
}

const jobWith = (...conditions: string[]) =>
  `job:\n  script: ["true"]\n  rules:\n${conditions.map((each) => `    - if: ${JSON.stringify(each)}\n`).join("")}`;
const isNever = (condition: string) =>
  isNeverIn([{ condition, isOpen: false, isNever: false }], { workflow: undefined, own: new Set() });

describe("a condition that holds for some text, in one of the ways in which pipelines start, is possible", () => {
  test.each([
    '$CI_COMMIT_BRANCH == "production"',
    '"production" == $CI_COMMIT_BRANCH',
    "$CI_COMMIT_BRANCH =~ /^feature\\/.*/",
    '$CI_COMMIT_BRANCH != "main"',
    "$CI_COMMIT_BRANCH !~ /main/",
    "$CI_COMMIT_TAG =~ /^v\\d+\\.\\d+\\.\\d+$/",
    '$CI_COMMIT_TAG == "nightly"',
    "$CI_COMMIT_TAG == null && $CI_COMMIT_BRANCH",
    '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PROJECT_PATH == "team/app"',
    '$CI_DEFAULT_BRANCH == "master"',
    '$CI_COMMIT_BRANCH == "master" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
    '$CI_COMMIT_BRANCH == "master" && $CI_COMMIT_BRANCH != $CI_DEFAULT_BRANCH',
    "$CI_COMMIT_REF_NAME == $CI_DEFAULT_BRANCH",
    '$CI_COMMIT_REF_NAME == "1.0.0" && $CI_COMMIT_TAG',
    '$CI_COMMIT_REF_SLUG == "main"',
    '$CI_PROJECT_NAMESPACE == "fdroid"',
    '$CI_SERVER_HOST == "gitlab.example.com"',
    '$CI_PIPELINE_SOURCE == "chat"',
    '$CI_PIPELINE_SOURCE == "webide"',
    '$CI_PIPELINE_SOURCE == "external_pull_request_event"',
    '$CI_PIPELINE_SOURCE == "parent_pipeline" && $CI_MERGE_REQUEST_IID',
    '$CI_PIPELINE_SOURCE == "schedule" && $CI_COMMIT_TAG',
    "$CI_PIPELINE_SOURCE =~ /^(trigger|pipeline)$/",
    '$CI_MERGE_REQUEST_TARGET_BRANCH_NAME == "release"',
    "$CI_MERGE_REQUEST_LABELS =~ /deploy/",
    '$CI_MERGE_REQUEST_EVENT_TYPE == "merge_train"',
    '$CI_MERGE_REQUEST_IID && $CI_MERGE_REQUEST_APPROVED != "true"',
    "$CI_OPEN_MERGE_REQUESTS && $CI_COMMIT_BRANCH",
    "$CI_COMMIT_MESSAGE =~ /skip/",
    '$CI_COMMIT_REF_PROTECTED == "true"',
    '$DEPLOY == "yes"',
    "$DEPLOY",
    "$DEPLOY == null",
    '$DEPLOY == ""',
    '$DEPLOY && $DEPLOY != "no"',
    "$CI_COMMIT_BRANCH =~ $RELEASE_BRANCHES",
    "$CI_COMMIT_BRANCH == $TARGET",
    '($A || $B) == "x"',
    "!($CI_COMMIT_TAG)",
    '$GITLAB_CI == "true"',
    "$CI",
    "$CI_COMMIT_BRANCH =~ /a/ && $CI_COMMIT_BRANCH =~ /b/",
    '$CI_PIPELINE_SOURCE != "push" && $CI_COMMIT_BRANCH == "main"',
    '$CI_PROJECT_PATH != "a/b" && $CI_PROJECT_PATH != "c/d"',
  ])("%s", (condition) => expect(told(jobWith(condition))).toEqual([]));
});

describe("a condition that is false for every text, in all of them, is told", () => {
  test.each([
    '$GITLAB_CI == "false"',
    "$CI == null",
    "$CI_COMMIT_TAG && $CI_COMMIT_BRANCH",
    '$CI_COMMIT_TAG && $CI_COMMIT_BRANCH == "main"',
    '$CI_PIPELINE_SOURCE == "merge_requests"',
    '$CI_PIPELINE_SOURCE == "merge_request_event" && $CI_COMMIT_BRANCH == "main"',
    '$CI_PIPELINE_SOURCE == "push" && $CI_MERGE_REQUEST_IID',
    '$CI_COMMIT_BRANCH == "a" && $CI_COMMIT_BRANCH == "b"',
    '$CI_COMMIT_BRANCH == "main" && $CI_COMMIT_BRANCH =~ /^release/',
    '$CI_COMMIT_BRANCH && $CI_COMMIT_BRANCH == ""',
    "$CI_COMMIT_REF_NAME == null",
    '$CI_COMMIT_TAG == "v1" && $CI_COMMIT_REF_NAME == "v2"',
    '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_COMMIT_BRANCH == "a" && $CI_DEFAULT_BRANCH == "b"',
    '$DEPLOY == "yes" && $DEPLOY == "no"',
    '"a" == "b"',
    "null",
    "$CI_MERGE_REQUEST_IID == null && $CI_MERGE_REQUEST_ID",
  ])("%s", (condition) => expect(told(jobWith(condition))).toEqual(["3 job-reachable"]));
});

describe("the rest of a configuration", () => {
  test("rules of workflow keep a job out, and are told where they themselves are at fault", () => {
    const workflow = (condition: string) => `workflow:\n  rules:\n    - if: ${condition}\n`;
    expect(told(workflow("$CI_COMMIT_TAG") + jobWith("$CI_COMMIT_BRANCH"))).toEqual(["6 job-reachable"]);
    expect(told(workflow("$CI_COMMIT_TAG") + jobWith('$CI_COMMIT_TAG == "x"'))).toEqual([]);
    expect(told(workflow("$CI == null") + jobWith("$CI_COMMIT_BRANCH"))).toEqual(["3 rules-reachable"]);
  });

  test("a job alone in .pre or .post, or beside one whose needs cannot be met, is no job without a pipeline", () => {
    expect(told("job:\n  stage: .pre\n  script: [a]\n  rules: [{if: $CI_COMMIT_TAG}]\n")).toEqual([]);
    const broken =
      "made: {script: [a]}\nother: {script: [a], needs: [job], rules: [{if: $CI_COMMIT_BRANCH}]}\n";
    expect(told(`${jobWith("$CI_COMMIT_TAG")}${broken}`)).toEqual(["6 needs-together"]);
  });

  test("changes, exists, references and inputs may say anything", () => {
    const rules = (rule: string) => `.r: {rules: [{if: $A}]}\njob:\n  script: [a]\n  rules:\n    - ${rule}\n`;
    for (const rule of [
      '{if: "$CI_COMMIT_TAG", changes: [a]}',
      "{exists: [nothing.txt]}",
      "!reference [.r, rules]",
    ])
      expect(told(rules(rule)), rule).toEqual([]);
    const header = 'spec: {inputs: {when: {default: "$CI == null"}}}\n---\n';
    expect(told(header + rules('{if: "$[[ inputs.when ]]"}'))).toEqual([]);
  });

  test("a variable of the configuration's own is not GitLab's", () => {
    expect(told(`variables: {CI_COMMIT_TAG: x}\n${jobWith("$CI_COMMIT_TAG && $CI_COMMIT_BRANCH")}`)).toEqual(
      [],
    );
  });

  test("rules that decide nowhere: false everywhere, or always behind others", () => {
    expect(
      told(jobWith("$CI_COMMIT_BRANCH", "$CI_COMMIT_TAG", '$CI_PIPELINE_SOURCE == "merge_requests"')),
    ).toEqual(["6 rules-reachable"]);
    expect(told(jobWith("$CI_COMMIT_BRANCH", '$CI_COMMIT_BRANCH == "main"', "$CI_COMMIT_TAG"))).toEqual([
      "5 rules-reachable",
    ]);
    expect(told(jobWith('$CI_COMMIT_BRANCH == "main"', "$CI_COMMIT_BRANCH", "$A", "$B"))).toEqual([]);
  });
});

describe("needs-together", () => {
  const two = (needed: string, needing: string) =>
    `a:\n  stage: build\n  script: [a]\n${needed}b:\n  needs: [a]\n  script: [b]\n${needing}`;
  const rules = (condition: string) => `  rules: [{if: '${condition}'}]\n`;
  test.each([
    [rules("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"), rules("$CI_COMMIT_BRANCH"), true],
    [rules("$CI_COMMIT_TAG"), "", true],
    [rules('$CI_COMMIT_BRANCH == "production"'), "", true],
    ["", rules('$CI_PIPELINE_SOURCE == "merge_request_event"'), true],
    [rules('$CI_COMMIT_BRANCH == "master"'), rules("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"), false],
    [rules("$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"), rules('$CI_COMMIT_BRANCH == "main"'), false],
    [rules("$CI_COMMIT_TAG"), rules('$CI_COMMIT_TAG == "v1"'), false],
    [rules("$CI_COMMIT_BRANCH =~ /^rel/"), rules("$CI_COMMIT_BRANCH"), false],
    [rules("$DEPLOY"), "", false],
    [rules('$CI_PROJECT_PATH == "a/b"'), "", false],
    ["  rules: [{changes: [a]}]\n", "", false],
    ["  only: [main]\n", "", false],
    ["", "", false],
  ])("%j needed by %j: %s", (needed, needing, isTold) => {
    const found = told(two(needed, needing)).filter((each) => each.endsWith("needs-together"));
    expect(found.length > 0).toBe(isTold);
  });

  test("names that inputs fill are followed", () => {
    const text = `spec:
  inputs: {job_prefix: {default: ""}}
---
"$[[ inputs.job_prefix ]]build":
  script: [a]
  rules: [{if: $CI_COMMIT_TAG}]
"$[[ inputs.job_prefix ]]test":
  needs: ["$[[ inputs.job_prefix ]]build"]
  script: [b]
`;
    expect(told(text)).toEqual(["8 needs-together"]);
  });
});

test("what is called never is false for every value that was tried (fixed seed)", () => {
  const name = fc.constantFrom(
    ...["CI_COMMIT_BRANCH", "CI_COMMIT_TAG", "CI_DEFAULT_BRANCH", "CI_COMMIT_REF_NAME"],
    ...["CI_PIPELINE_SOURCE", "CI_MERGE_REQUEST_IID", "A", "B"],
  );
  const text = fc.constantFrom('"a"', '"b"', '""', '"push"', "null", "/a/", "/^b$/");
  const variable = name.map((each) => `$${each}`);
  const comparison = fc
    .tuple(variable, fc.constantFrom("==", "!=", "=~", "!~"), fc.oneof(text, variable))
    .map((parts) => parts.join(" "));
  const atom = fc.oneof(
    variable,
    comparison,
    variable.map((each) => `!(${each})`),
  );
  const condition = fc
    .array(fc.tuple(atom, fc.constantFrom("&&", "&&", "||")), { minLength: 1, maxLength: 4 })
    .map((parts) =>
      parts.map(([each, operator], index) => (index === 0 ? each : `${operator} ${each}`)).join(" "),
    );
  const texts = ["a", "b", "ab", "c", "push"];
  const values = fc.record({
    kind: fc.constantFrom(...pipelineKinds),
    project: fc.constantFrom(...texts),
    ref: fc.constantFrom(...texts),
    any: fc.dictionary(fc.constantFrom("A", "B"), fc.constantFrom("", " ", ...texts)),
  });
  let never = 0;
  fc.assert(
    fc.property(condition, fc.array(values, { minLength: 40, maxLength: 40 }), (text, tried) => {
      if (!isNever(text)) return;
      never++;
      for (const { kind, project, ref, any } of tried) {
        if (kind.subject === "branch" && ref === project) continue;
        const known = (each: string) => {
          const fact = factOf(each, kind);
          if (fact === undefined) return any[each] ?? null;
          if ("value" in fact) return fact.value;
          return fact.from === "project" ? project : ref;
        };
        const names = [...text.matchAll(/\$(\w+)/g)].map(([, each]) => each as string);
        const variables = new Map(names.map((each) => [each, known(each)]));
        expect(conditionHolds(text, { variables }), JSON.stringify([kind, project, ref, any])).toBe(false);
      }
    }),
    { seed: 20, numRuns: 1500 },
  );
  expect(never).toBeGreaterThan(50);
});
