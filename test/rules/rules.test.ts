import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { applyFixes, rules } from "../../src/lint/index.ts";
import { exampleFrom, expectComplete, lacking } from "../complete.ts";
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
  const ids = rules.map(({ id }) => id);
  const folders = readdirSync(fixturesFolder);
  const fixturesOf = (id: string) => readdirSync(join(fixturesFolder, id));

  test("the registry holds exactly the files", () => {
    const generate =
      "Run npm run generate: it writes src/lint/registry.generated.ts from the files of src/lint/rules.";
    expectComplete(lacking(files, ids), () => generate);
    expectComplete(
      lacking(ids, files),
      (id) => `src/lint/rules/${id}.ts is gone or has another id. ${generate}`,
    );
    expect(ids, generate).toEqual(files.sort());
  });

  test("fixtures exist for exactly the rules", () => {
    const kinds = ["fires", "quiet"];
    const there = folders.flatMap((id) =>
      fixturesOf(id).map((file) => `${id}/${file.replace(/(?<=^(?:fires|quiet)).*/, "")}`),
    );
    const wanted = files.flatMap((id) => kinds.map((kind) => `${id}/${kind}`));
    expectComplete(lacking(wanted, there), (name) => {
      const [rule, kind] = name.split("/");
      const like = rule === "image-pinned" ? "input-described" : "image-pinned";
      const content =
        kind === "fires"
          ? `what the rule reports, each such line with the comment "# expect: ${rule}"`
          : "the same done right, of which the rule has nothing to say";
      return `Write test/rules/fixtures/${name}.yml: ${content} (test/rules/fixture.ts says how fixtures are written).
${exampleFrom(`test/rules/fixtures/${like}/${kind}.yml`)}`;
    });
    const strays = lacking(folders, files);
    expect(strays, `test/rules/fixtures/${strays[0]} belongs to no rule: rename or remove it`).toEqual([]);
  });

  test("pages exist for exactly the rules", () => {
    const pages = readdirSync(join(root, "docs/rules"))
      .filter((name) => name !== "README.md")
      .map((name) => name.replace(/\.md$/, ""));
    expectComplete(lacking(files, pages), (id) => `Run npm run generate: it writes docs/rules/${id}.md.`);
    const strays = lacking(pages, files);
    expect(strays, `docs/rules/${strays[0]}.md belongs to no rule: remove it`).toEqual([]);
  });

  test.each(rules.map((rule) => [rule.id, rule] as const))("%s is complete", (id, rule) => {
    const file = `src/lint/rules/${id}.ts`;
    const text = readFileSync(join(root, file), "utf8");
    expect(
      text.split("\n").length,
      `${file}: at most 70 lines; what is more goes beside it in src/lint`,
    ).toBeLessThanOrEqual(70);
    expect(rule.summary, `${file}: "summary" is one sentence about the good state`).toMatch(
      /^[A-Z`].*[^.]\.$/,
    );
    expect(
      rule.why.length,
      `${file}: "why" says what goes wrong, in more than 40 characters`,
    ).toBeGreaterThan(40);
    expect(rule.reference, `${file}: "reference" is the page of GitLab's documentation`).toMatch(
      /^https:\/\//,
    );
  });

  test("a rule that is fixable has a fixture that shows it", () => {
    const fixable = rules.filter((rule) => rule.fixable).map(({ id }) => id);
    const shown = folders.filter((id) => fixturesOf(id).some((name) => name.endsWith(".fixed.yml")));
    expectComplete(lacking(fixable, shown), (id) =>
      [
        `Write test/rules/fixtures/${id}/fires.fixed.yml: what the safe fix makes of fires.yml.`,
        exampleFrom(
          `test/rules/fixtures/${shown[0]}/${fixturesOf(shown[0] ?? "").find((name) => name.endsWith(".fixed.yml"))}`,
        ),
      ].join("\n"),
    );
    expectComplete(
      lacking(shown, fixable),
      (id) => `src/lint/rules/${id}.ts has a fixture for its fix: it needs "fixable: true".`,
    );
  });
});
