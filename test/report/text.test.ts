import { expect, test } from "vitest";
import { type Report, render } from "../../src/report/index.ts";
import { emptyReport, exampleReport, finding } from "./example-report.ts";

const show = (report: Report, columns = 100, colour = false) => render(report, "text", { colour, columns });

test("a finding shows place, source line, caret, related place, hint, fix and docs", () => {
  const [first] = show(exampleReport).split("\n\n");
  expect(
    first,
  ).toBe(`templates/a b#1.yml:6:15: error: unknown input "stge"; the inputs are "stage" <&> [input-declared]
  6 |  script: echo $[[ inputs.stge ]]
    |               ^^^^^^^^^^^^^^^^^^
  see  templates/a b#1.yml:2:3: the inputs are declared here
  hint write "stage"
  fix  write "stage" (--fix)
  more https://example.com/input-declared`);
});

test("where a rule is explained is said once for each rule, and by the command where no address is set", () => {
  const shown = show({ ...exampleReport, rules: [], findings: [finding, { ...finding, line: 7 }] });
  expect(shown.match(/more .*/g)).toEqual(["more berth explain input-declared"]);
});

test("the last line sums up", () => {
  expect(show(exampleReport).trimEnd().split("\n").at(-1)).toBe(
    "1 error, 1 warning, 1 info in 3 files; 1 can be mended with --fix",
  );
  expect(show(emptyReport)).toBe("no findings in 3 files\n");
});

test("a long line is cut around the finding", () => {
  const line = `${"a".repeat(300)}BAD${"b".repeat(300)}`;
  const report = {
    ...exampleReport,
    findings: [{ ...finding, line: 1, endLine: 1, column: 301, endColumn: 304 }],
    source: () => line,
  };
  const lines = show(report, 80).split("\n");
  expect(lines[1]!.length).toBeLessThanOrEqual(80);
  const caret = lines[2]!.indexOf("^^^");
  expect(lines[1]!.slice(caret, caret + 3)).toBe("BAD");
});

test("control characters of a hostile file never reach the terminal", () => {
  const report = {
    ...exampleReport,
    findings: [{ ...finding, line: 1, column: 1, endLine: 1, endColumn: 2, message: "bad \u001b[2J name" }],
    source: () => "\u001b]0;owned\u0007",
  };
  expect(show(report)).not.toMatch(/(?!\n)\p{Cc}/u);
});

test("what could not be read is said, a few names at most", () => {
  const note = "not read, and so not judged: project group/shared, template Jobs/Build.gitlab-ci.yml\n";
  expect(show(exampleReport)).toContain(note);
  expect(show(emptyReport)).not.toContain("not read");
  const many = Array.from({ length: 7 }, (_, index) => ({ file: "a.yml", include: `project p${index}` }));
  expect(show({ ...exampleReport, unread: many })).toContain("project p4, and 2 more\n");
});

test("colour only when asked for", () => {
  expect(show(exampleReport, 100, true)).toContain("\u001b[31merror\u001b[0m");
  expect(show(exampleReport)).not.toContain("\u001b[");
});

test("json is versioned and complete", () => {
  const json = JSON.parse(render(exampleReport, "json", { colour: false, columns: 80 }));
  expect(json.version).toBe(1);
  const unread = ["project group/shared", "template Jobs/Build.gitlab-ci.yml"];
  expect(json.summary).toEqual({ files: 3, errors: 1, warnings: 1, infos: 1, fixable: 1, unread });
  expect(json.diagnostics[0]).toEqual(finding);
});
