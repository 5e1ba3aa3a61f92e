import type { Finding, Report } from "./report.ts";
import { escapeXml } from "./xml.ts";

/**
 * JUnit XML for `artifacts:reports:junit`: one suite a file, one case a finding, which advice
 * (info) passes and any other fails, and one passed case for a clean file.
 * @see https://docs.gitlab.com/ci/testing/unit_test_reports/
 */
export function renderJunit(report: Report): string {
  const files = [...new Set([...report.files, ...report.findings.map((each) => each.file)])].sort();
  const suites = files.map((file) =>
    suite(
      file,
      report.findings.filter((each) => each.file === file),
    ),
  );
  const attributes = `name="berth lint" tests="${Math.max(report.findings.length, 0) + cleanFiles(files, report)}" failures="${failuresOf(report.findings)}" errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${attributes}>\n${suites.join("")}</testsuites>\n`;
}

function suite(file: string, findings: readonly Finding[]): string {
  const cases = findings.length === 0 ? [cleanCase(file)] : findings.map(caseOf);
  const counts = `tests="${cases.length}" failures="${failuresOf(findings)}" errors="0" skipped="0"`;
  return `  <testsuite name="${escapeXml(file)}" ${counts} time="0">\n${cases.join("")}  </testsuite>\n`;
}

function cleanCase(file: string): string {
  return `    <testcase name="no findings" classname="${escapeXml(file)}" time="0"/>\n`;
}

function failuresOf(findings: readonly Finding[]): number {
  return findings.filter(({ severity }) => severity !== "info").length;
}

function caseOf(finding: Finding): string {
  const place = `${finding.file}:${finding.line}:${finding.column}`;
  const details = [place, finding.message, ...(finding.hint ? [`hint: ${finding.hint}`] : [])].join("\n");
  const name = `${finding.rule} at ${finding.line}:${finding.column}`;
  return (
    `    <testcase name="${escapeXml(name)}" classname="${escapeXml(finding.file)}" time="0">\n` +
    (finding.severity === "info"
      ? `      <system-out>${escapeXml(details)}</system-out>\n`
      : `      <failure type="${finding.severity}" message="${escapeXml(finding.message)}">${escapeXml(details)}</failure>\n`) +
    "    </testcase>\n"
  );
}

function cleanFiles(files: readonly string[], report: Report): number {
  const dirty = new Set(report.findings.map((each) => each.file));
  return files.filter((file) => !dirty.has(file)).length;
}
