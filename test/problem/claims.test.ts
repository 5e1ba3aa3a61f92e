import { expect, test } from "vitest";
import { codes } from "../../src/engine/problem/index.ts";
import { lint, rules } from "../../src/lint/index.ts";
import { exampleFrom, expectComplete } from "../complete.ts";
import { readFixtures } from "../rules/fixture.ts";
import { elsewhere } from "./elsewhere.ts";

const claimsOf = (code: string) =>
  rules.filter((rule) => rule.codes?.some((each) => each === code)).map(({ id }) => id);

test("every code is claimed by exactly one rule", () => {
  expectComplete(
    codes.filter((code) => claimsOf(code).length === 0),
    (code) => `Add "${code}" to the codes of the rule that it belongs to, in src/lint/rules.`,
  );
  const twice = codes.filter((code) => claimsOf(code).length > 1);
  expect(twice, `"${twice[0]}" is claimed by ${claimsOf(twice[0] ?? "").join(" and ")}: keep one`).toEqual(
    [],
  );
});

test("every code is fired by a fixture of its rule", () => {
  const fired = new Set<string>();
  for (const { rule, files } of readFixtures()) {
    const found = lint(files, { files: Object.fromEntries(files.map(({ path, text }) => [path, text])) });
    for (const { code } of found) if (code !== undefined && claimsOf(code).includes(rule)) fired.add(code);
  }
  expectComplete(
    codes.filter((code) => !fired.has(code) && !Object.hasOwn(elsewhere, code)),
    (code) => {
      const [rule] = claimsOf(code);
      return `Write test/rules/fixtures/${rule}/fires.${code}.yml: a file that GitLab refuses for this reason, with "# expect: ${rule}" at the line. Where no file of a project can bring it up, write a case in test/problem/elsewhere.ts.
${exampleFrom("test/rules/fixtures/needs-acyclic/fires.yml")}`;
    },
  );
});

test.each(Object.entries(elsewhere))("%s is fired by a configuration beyond lint's reach", (code, run) => {
  expect(run()).toBe(code);
});
