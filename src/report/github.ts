import type { Severity } from "../lint/diagnostic.ts";
import { count, type Report } from "./report.ts";

const commands: Record<Severity, string> = { error: "error", warning: "warning", info: "notice" };

/**
 * Workflow commands of GitHub Actions, one a finding: a mirror on GitHub shows them beside the lines.
 * @see https://docs.github.com/actions/reference/workflow-commands-for-github-actions
 */
export function renderGithub(report: Report): string {
  const lines = report.findings.map((finding) => {
    const properties = {
      file: finding.file,
      line: finding.line,
      col: finding.column,
      endLine: finding.endLine,
      endColumn: finding.endColumn,
      title: finding.rule,
    };
    const written = Object.entries(properties).map(
      ([name, value]) => `${name}=${escapeProperty(String(value))}`,
    );
    const text = finding.hint ? `${finding.message}; ${finding.hint}` : finding.message;
    return `::${commands[finding.severity]} ${written.join(",")}::${escapeData(text)}\n`;
  });
  const { errors, warnings, infos } = count(report);
  return `${lines.join("")}berth lint: errors ${errors}, warnings ${warnings}, info ${infos}\n`;
}

/** A line break would begin another command. */
function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}
