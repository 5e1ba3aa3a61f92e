import type { Severity } from "../lint/diagnostic.ts";
import type { Report } from "./report.ts";

/** Code Quality knows five severities: info, minor, major, critical, blocker. */
const severityNames: Record<Severity, string> = { error: "critical", warning: "minor", info: "info" };

/**
 * GitLab's Code Quality report: a JSON array for `artifacts:reports:codequality`.
 * @see https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export function renderCodeQuality(report: Report): string {
  const issues = report.findings.map((finding) => ({
    type: "issue",
    description: finding.hint ? `${finding.message} (${finding.hint})` : finding.message,
    check_name: finding.rule,
    categories: ["Bug Risk"],
    fingerprint: finding.fingerprint,
    severity: severityNames[finding.severity],
    location: {
      path: finding.file,
      lines: { begin: finding.line, end: Math.max(finding.line, finding.endLine) },
    },
  }));
  return `${JSON.stringify(issues, null, 2)}\n`;
}
