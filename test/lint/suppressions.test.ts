import { expect, test } from "vitest";
import { lint } from "../../src/lint/index.ts";

const lintText = (text: string, configuration?: string) =>
  lint([{ path: ".gitlab-ci.yml", text }], configuration === undefined ? {} : { configuration }).map(
    ({ rule, line }) => `${rule}:${line}`,
  );

test("a comment behind the code silences its line, for the named rules only", () => {
  const line = (comment: string) => `build:\n  image: alpine ${comment}\n  script: ./build.sh\n`;
  expect(lintText(line("# berth-ignore image-pinned: why"))).toEqual([]);
  expect(lintText(line("# berth-ignore image-pinned, rules-not-only: why"))).toEqual(["suppression-used:2"]);
  expect(lintText(line("# berth-ignore rules-not-only: why"))).toEqual([
    "image-pinned:2",
    "suppression-used:2",
  ]);
});

test("a comment above silences the next line of code", () => {
  const text =
    "build:\n  # berth-ignore image-pinned: why\n\n  # more\n  image: alpine\n  script: ./build.sh\n";
  expect(lintText(text)).toEqual([]);
});

test("without a reason it silences nothing", () => {
  const text = "build:\n  image: alpine # berth-ignore image-pinned\n  script: ./build.sh\n";
  expect(lintText(text)).toEqual(["image-pinned:2", "suppression-reasoned:2"]);
});

test("an unknown rule is named", () => {
  const text = "build:\n  image: alpine:3.20 # berth-ignore image-pined: why\n  script: ./build.sh\n";
  const [finding] = lint([{ path: ".gitlab-ci.yml", text }]);
  expect(finding).toMatchObject({ rule: "suppression-used", message: '"image-pined" is no rule' });
});

test("rules about shell that did not run leave their comments alone", () => {
  const text = "build:\n  # berth-ignore shell-careful: words are meant\n  script: cp $A b\n";
  expect(lintText(text)).toEqual([]);
});

test("settings change severities, switch rules off, and except files", () => {
  const text = "build:\n  image: alpine\n  script: ./build.sh\n";
  expect(lintText(text, "lint:\n  rules:\n    image-pinned: off\n")).toEqual([]);
  expect(
    lintText(text, "lint:\n  exceptions:\n    - {rule: image-pinned, files: ['*.yml'], reason: why}\n"),
  ).toEqual([]);
  const configuration = "lint:\n  rules:\n    image-pinned: info\n";
  expect(lint([{ path: ".gitlab-ci.yml", text }], { configuration })[0]?.severity).toBe("info");
});

test.each([
  ["lint:\n  rulez: {}\n", 'berth.yaml: lint: unknown key "rulez"'],
  ["lint:\n  rules:\n    nope: off\n", 'berth.yaml: lint.rules: unknown key "nope"'],
  [
    "lint:\n  fail_on: never\n",
    'berth.yaml: lint.fail_on must be equal to one of the allowed values: "error", "warning", "info"',
  ],
  ["lint: [", "berth.yaml:1:"],
])("settings that are wrong are named: %j", (configuration, message) => {
  expect(() => lint([], { configuration })).toThrow(message);
});
