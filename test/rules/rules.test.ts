import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { applyFixes, rules } from "../../src/lint/index.ts";
import { fixturesFolder, lintFixture, parseFixture, readFixtures } from "./fixture.ts";
import { holdsFor, needsShellCheck } from "./holds.ts";

const fixtures = readFixtures();
const root = fileURLToPath(new URL("../..", import.meta.url));

describe("every rule runs over every fixture", () => {
  // Those with ShellCheck's findings: rules.integration.test.ts.
  for (const fixture of fixtures.filter((each) => !needsShellCheck(each)))
    test(`${fixture.rule}/${fixture.name}`, () => holdsFor(fixture));
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
