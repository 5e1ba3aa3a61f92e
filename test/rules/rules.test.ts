import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { applyFixes, rules } from "../../src/lint/index.ts";
import { findShellTool } from "../../src/lint/shell/tools.ts";
import { fixturesFolder, lintFixture, parseFixture, readFixtures, summarize } from "./fixture.ts";

const fixtures = readFixtures();
const root = fileURLToPath(new URL("../..", import.meta.url));

/** Without ShellCheck its rules find nothing, and the fixtures that expect them cannot be judged. */
const needsShellCheck = (expected: readonly string[]) =>
  expected.some((each) => / shell-(?:clean|careful)$/.test(each));
const hasShellCheck = findShellTool("shellcheck", process.env) !== undefined;

const unique = (texts: readonly string[]) => [...new Set(texts)].sort();

describe("every rule runs over every fixture", () => {
  for (const fixture of fixtures) {
    test.skipIf(needsShellCheck(fixture.expected) && !hasShellCheck)(
      `${fixture.rule}/${fixture.name}`,
      async () => {
        const found = summarize(await lintFixture(fixture));
        if (fixture.options.repeat === undefined) expect(unique(found)).toEqual(unique(fixture.expected));
        const own = found.filter((each) => each.endsWith(` ${fixture.rule}`));
        if (fixture.name.startsWith("fires")) expect(own).not.toEqual([]);
        else expect(own).toEqual([]);
      },
    );
  }
});

describe("safe fixes", () => {
  for (const fixture of fixtures) {
    const file = join(fixturesFolder, fixture.rule, `${fixture.name}.fixed.yml`);
    if (!existsSync(file)) continue;
    test(`${fixture.rule}/${fixture.name} becomes ${fixture.name}.fixed`, async () => {
      const diagnostics = (await lintFixture(fixture)).filter(({ rule }) => rule === fixture.rule);
      const fixed = fixture.files.map(({ path, text }) => applyFixes(path, text, diagnostics).text);
      const [wanted] = parseFixture(fixture.rule, "fixed", readFileSync(file, "utf8")).files;
      expect(fixed[0]).toBe(wanted?.text);
    });
  }
});

describe("rule, file, page, fixtures and registry belong together", () => {
  const files = readdirSync(join(root, "src/lint/rules")).map((name) => name.replace(/\.ts$/, ""));
  test("the registry holds exactly the files", () => {
    expect(rules.map(({ id }) => id)).toEqual(files.sort());
  });
  test("fixtures and pages exist for exactly the rules", () => {
    expect(readdirSync(fixturesFolder).sort()).toEqual(files);
    const pages = readdirSync(join(root, "docs/rules")).filter((name) => name !== "README.md");
    expect(pages.map((name) => name.replace(/\.md$/, "")).sort()).toEqual(files);
  });
  test.each(rules.map((rule) => [rule.id, rule] as const))("%s is complete", (id, rule) => {
    const text = readFileSync(join(root, "src/lint/rules", `${id}.ts`), "utf8");
    expect(text.split("\n").length).toBeLessThanOrEqual(70);
    expect(rule.summary).toMatch(/^[A-Z`].*[^.]\.$/);
    expect(rule.why.length).toBeGreaterThan(40);
    expect(rule.reference).toMatch(/^https:\/\//);
    const own = fixtures.filter((each) => each.rule === id).map(({ name }) => name);
    expect(own.some((name) => name.startsWith("fires"))).toBe(true);
    expect(own.some((name) => name.startsWith("quiet"))).toBe(true);
  });
  test("a rule that claims to mend something has a fixture that shows it", () => {
    const mending = rules.filter(({ fixable }) => fixable).map(({ id }) => id);
    const shown = files.filter((id) =>
      readdirSync(join(fixturesFolder, id)).some((name) => name.endsWith(".fixed.yml")),
    );
    expect(shown).toEqual(mending.sort());
  });
});
