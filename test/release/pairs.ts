import type { ChangeKind } from "../../src/release/index.ts";

/** The component that the pairs are made of, by changing one thing. */
export const base = `spec:
  inputs:
    stage: { default: test, description: Stage of the job }
    target: { description: Where to }
    level: { type: number, default: 1, options: [1, 2, 3] }
    name: { default: app, regex: "^[a-z]{1,10}$" }
    strict: { type: boolean, default: false }
---
.shared:
  variables: { COLOUR: blue }
"$[[ inputs.name ]]-check":
  extends: .shared
  stage: $[[ inputs.stage ]]
  image: python:3.11
  tags: [linux]
  variables: { LEVEL: "$[[ inputs.level ]]", TARGET: "$[[ inputs.target ]]" }
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  artifacts: { paths: [out/], reports: { junit: report.xml } }
  environment: { name: staging }
  needs: []
  script: [check "$TARGET" "$LEVEL"]
publish:
  script: [publish]
`;

/** One old/new pair: the old file is `base` (with `from`), the new one has `to` in its place, and `back` is the other way. */
export interface Pair {
  readonly title: string;
  readonly from: string;
  readonly to: string;
  readonly kinds: readonly ChangeKind[];
  readonly back: readonly ChangeKind[];
}

function pair(
  title: string,
  from: string,
  to: string,
  kinds: readonly ChangeKind[],
  back: readonly ChangeKind[],
): Pair {
  return { title, from, to, kinds, back };
}

const strict = "    strict: { type: boolean, default: false }\n";
const level = "{ type: number, default: 1, options: [1, 2, 3] }";
const regex = '{ default: app, regex: "^[a-z]{1,10}$" }';
const publish = "publish:\n  script: [publish]\n";
const mergeRequests = '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n';

export const pairs: readonly Pair[] = [
  pair("nothing", "stage", "stage", [], []),
  pair("a comment", "---\n", "---\n# what it does\n", [], []),
  pair("an input with a default", strict, "", ["input-removed"], ["input-added"]),
  pair(
    "a required input",
    "    target: { description: Where to }\n",
    "",
    ["input-removed"],
    ["input-added-required"],
  ),
  pair("an empty input", strict, `${strict}    extra:\n`, ["input-added-required"], ["input-removed"]),
  pair(
    "an input with a default of null",
    strict,
    `${strict}    extra: { default: null }\n`,
    ["input-added"],
    ["input-removed"],
  ),
  pair(
    "a renamed input",
    "    strict:",
    "    severe:",
    ["input-removed", "input-added"],
    ["input-removed", "input-added"],
  ),
  pair(
    "a default gone",
    "stage: { default: test, ",
    "stage: { ",
    ["input-made-required"],
    ["input-made-optional"],
  ),
  pair(
    "another default",
    "default: test",
    "default: build",
    ["input-default-changed"],
    ["input-default-changed"],
  ),
  pair("a quoted default", "default: test", 'default: "test"', [], []),
  pair(
    "an empty default",
    "default: app",
    'default: ""',
    ["input-default-changed"],
    ["input-default-changed"],
  ),
  pair(
    "another type",
    "strict: { type: boolean, default: false }",
    "strict: { default: 'false' }",
    ["input-type-changed", "input-default-changed"],
    ["input-type-changed", "input-default-changed"],
  ),
  pair("a type written out", "stage: { default", "stage: { type: string, default", [], []),
  pair("an option fewer", "[1, 2, 3]", "[1, 2]", ["input-options-narrowed"], ["input-options-widened"]),
  pair(
    "an option in place of another",
    "[1, 2, 3]",
    "[1, 2, 4]",
    ["input-options-narrowed", "input-options-widened"],
    ["input-options-narrowed", "input-options-widened"],
  ),
  pair("options in another order", "[1, 2, 3]", "[3, 2, 1]", [], []),
  pair(
    "options gone",
    level,
    "{ type: number, default: 1 }",
    ["input-options-widened"],
    ["input-options-narrowed"],
  ),
  pair("a regex gone", regex, "{ default: app }", ["input-regex-widened"], ["input-regex-narrowed"]),
  pair("a longer regex", "{1,10}", "{1,20}", ["input-regex-widened"], ["input-regex-narrowed"]),
  pair(
    "a regex with other letters",
    "^[a-z]{1,10}$",
    "^[a-y0]{1,10}$",
    ["input-regex-narrowed", "input-regex-widened"],
    ["input-regex-narrowed", "input-regex-widened"],
  ),
  pair("the same regex in other words", "^[a-z]{1,10}$", "^[a-z][a-z]{0,9}$", [], []),
  pair(
    "an unanchored regex",
    "^[a-z]{1,10}$",
    "[a-z]{1,10}",
    ["input-regex-widened"],
    ["input-regex-narrowed"],
  ),
  pair(
    "a regex with a flag",
    "^[a-z]{1,10}$",
    "(?i)^[a-z]{1,10}$",
    ["input-regex-unclear"],
    ["input-regex-unclear"],
  ),
  pair(
    "rules of an input",
    level,
    '{ type: number, rules: [{ if: "$[[ inputs.strict ]] == true", default: 3 }, { default: 1 }] }',
    ["input-options-widened", "input-rules-changed", "gitlab-version-raised"],
    ["input-options-narrowed", "input-rules-changed"],
  ),
  pair(
    "a description",
    "Where to",
    "Where it goes",
    ["input-description-changed"],
    ["input-description-changed"],
  ),
  pair(
    "a description of the whole",
    "spec:\n",
    "spec:\n  description: Checks\n",
    ["gitlab-version-raised"],
    [],
  ),
  pair("spec:component", "spec:\n", "spec:\n  component: [version]\n", ["gitlab-version-raised"], []),
  pair(
    "a function of 18.6",
    "$[[ inputs.target ]]",
    "$[[ inputs.target | posix_escape ]]",
    ["job-variable-changed", "gitlab-version-raised"],
    ["job-variable-changed"],
  ),
  pair("a job", publish, "", ["job-removed"], ["job-added"]),
  pair("a hidden job", publish, `${publish}.more: { script: [x] }\n`, [], []),
  pair("a job's name", "publish:\n", "release:\n", ["job-renamed"], ["job-renamed"]),
  pair("a job's prefix", '-check"', '-verify"', ["job-renamed"], ["job-renamed"]),
  pair("a stage", "stage: $[[ inputs.stage ]]", "stage: test", ["job-stage-changed"], ["job-stage-changed"]),
  pair(
    "a stage where there was none",
    publish,
    `${publish}  stage: deploy\n`,
    ["job-stage-changed"],
    ["job-stage-changed"],
  ),
  pair("an image", "python:3.11", "python:3.12", ["job-image-changed"], ["job-image-changed"]),
  pair("runner tags", "[linux]", "[linux, fast]", ["job-tags-changed"], ["job-tags-changed"]),
  pair(
    "an artifact",
    "paths: [out/]",
    "paths: [out/, log/]",
    ["job-artifact-added"],
    ["job-artifact-removed"],
  ),
  pair("a report", ", reports: { junit: report.xml }", "", ["job-artifact-removed"], ["job-artifact-added"]),
  pair(
    "a variable",
    'LEVEL: "$[[ inputs.level ]]", ',
    "",
    ["job-variable-removed", "variable-read-added"],
    ["job-variable-added", "variable-read-removed"],
  ),
  pair(
    "a variable from a hidden job",
    "COLOUR: blue",
    "COLOUR: red",
    ["job-variable-changed"],
    ["job-variable-changed"],
  ),
  pair(
    "a variable that nothing reads",
    "COLOUR: blue",
    "COLOUR: blue, SIZE: '1'",
    ["job-variable-added"],
    ["job-variable-removed"],
  ),
  pair("a rule", mergeRequests, "", ["job-rule-removed"], ["job-rule-added"]),
  pair(
    "a stricter rule",
    "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH",
    '$CI_COMMIT_BRANCH == "main"',
    ["job-rule-removed", "job-rule-added"],
    ["job-rule-removed", "job-rule-added"],
  ),
  pair(
    "rules where there were none",
    publish,
    `${publish}  rules: [{ if: $CI_COMMIT_TAG }]\n`,
    ["job-rule-removed", "job-rule-added"],
    ["job-rule-removed", "job-rule-added"],
  ),
  pair(
    "an environment",
    "name: staging",
    "name: production",
    ["job-environment-changed"],
    ["job-environment-changed"],
  ),
  pair("needs", "needs: []", "needs: [publish]", ["job-needs-changed"], ["job-needs-changed"]),
  pair(
    "a script",
    "script: [publish]",
    "script: [publish --all]",
    ["job-keyword-changed"],
    ["job-keyword-changed"],
  ),
  pair(
    "allow_failure",
    publish,
    `${publish}  allow_failure: true\n`,
    ["job-keyword-changed"],
    ["job-keyword-changed"],
  ),
  pair(
    "a secret that is read",
    "script: [publish]",
    "script: [publish $API_TOKEN]",
    ["job-keyword-changed", "variable-read-added"],
    ["job-keyword-changed", "variable-read-removed"],
  ),
  pair(
    "a predefined variable that is read",
    "script: [publish]",
    "script: [publish $CI_COMMIT_SHA]",
    ["job-keyword-changed"],
    ["job-keyword-changed"],
  ),
  pair(
    "stages for everybody",
    "---\n",
    "---\nstages: [test]\n",
    ["global-keyword-added"],
    ["global-keyword-removed"],
  ),
  pair(
    "a default for everybody",
    "---\n",
    "---\ndefault: { retry: 1 }\n",
    ["global-keyword-added"],
    ["global-keyword-removed"],
  ),
];
