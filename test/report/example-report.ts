import type { Finding, Report } from "../../src/report/index.ts";

const source = 'spec:\n  inputs:\n    stage:\n---\nbuild <job> & "x":\n\tscript: echo $[[ inputs.stge ]]\n';

export const finding: Finding = {
  rule: "input-declared",
  severity: "error",
  message: 'unknown input "stge"; the inputs are "stage" <&>',
  hint: 'write "stage"',
  file: "templates/a b#1.yml",
  line: 6,
  column: 15,
  endLine: 6,
  endColumn: 34,
  related: [{ message: "the inputs are declared here", file: "templates/a b#1.yml", line: 2, column: 3 }],
  fix: {
    title: 'write "stage"',
    safe: true,
    edits: [{ file: "templates/a b#1.yml", line: 6, column: 26, endLine: 6, endColumn: 30, text: "stage" }],
  },
  fingerprint: "0123456789012345678901234567890123456789",
};

const lesser: Finding = {
  rule: "input-described",
  severity: "warning",
  message: "odd \u0007 bytes \ud800 and\nlines",
  file: "templates/other.yml",
  line: 1,
  column: 1,
  endLine: 3,
  endColumn: 1,
  related: [],
  fingerprint: "1123456789012345678901234567890123456789",
};

/** A report with the awkward things in it: odd file names, markup, control characters, a span of several lines. */
export const exampleReport: Report = {
  version: "1.2.3",
  rules: [
    {
      id: "input-declared",
      summary: "Every input is declared.",
      severity: "error",
      group: "contract",
      docs: "https://example.com/input-declared",
    },
    {
      id: "input-described",
      summary: "Inputs are described.",
      severity: "warning",
      group: "contract",
      docs: "docs/rules/input-described.md",
    },
    {
      id: "unused",
      summary: "Never fires here.",
      severity: "info",
      group: "contract",
      docs: "docs/rules/unused.md",
    },
  ],
  findings: [finding, lesser, { ...lesser, severity: "info", line: 2, column: 1 }],
  files: ["templates/a b#1.yml", "templates/clean.yml", "templates/other.yml"],
  unread: [
    { file: "templates/a b#1.yml", include: "project group/shared" },
    { file: "templates/other.yml", include: "project group/shared" },
    { file: "templates/other.yml", include: "template Jobs/Build.gitlab-ci.yml" },
  ],
  source: (file) => (file === finding.file ? source : "one\ntwo\nthree\n"),
};

export const emptyReport: Report = { ...exampleReport, findings: [], unread: [] };
