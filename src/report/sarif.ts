import type { Edit, Fix, Severity, Span } from "../lint/diagnostic.ts";
import type { Finding, Report, RuleSummary } from "./report.ts";

const levels: Record<Severity, string> = { error: "error", warning: "warning", info: "note" };

/**
 * SARIF 2.1.0, the OASIS standard for results of static analysis.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function renderSarif(report: Report): string {
  const used = report.rules.filter((rule) => report.findings.some((each) => each.rule === rule.id));
  const log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver: { name: "berth", semanticVersion: report.version, rules: used.map(describeRule) } },
        columnKind: "utf16CodeUnits",
        ...(report.unread.length > 0 ? { invocations: [describeUnread(report)] } : {}),
        results: report.findings.map((finding) => describeFinding(finding, used)),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** The standard's place for what a reader of the results should know of the run. */
function describeUnread({ unread }: Report) {
  return {
    executionSuccessful: true,
    toolExecutionNotifications: unread.map(({ file, include }) => ({
      level: "note",
      message: { text: `not read, and so not judged: ${include}` },
      locations: [{ physicalLocation: { artifactLocation: { uri: uriOf(file) } } }],
    })),
  };
}

function describeRule(rule: RuleSummary) {
  return {
    id: rule.id,
    shortDescription: { text: rule.summary },
    help: {
      text: `berth explain ${rule.id}`,
      markdown: rule.docs === undefined ? `\`berth explain ${rule.id}\`` : `See [${rule.id}](${rule.docs}).`,
    },
    ...(rule.docs !== undefined && /^https?:/.test(rule.docs) ? { helpUri: rule.docs } : {}),
    defaultConfiguration: { level: levels[rule.severity] },
    properties: { tags: [rule.group] },
  };
}

function describeFinding(finding: Finding, rules: readonly RuleSummary[]) {
  const ruleIndex = rules.findIndex((rule) => rule.id === finding.rule);
  return {
    ruleId: finding.rule,
    ...(ruleIndex >= 0 ? { ruleIndex } : {}),
    level: levels[finding.severity],
    message: { text: finding.hint ? `${finding.message}; ${finding.hint}` : finding.message },
    locations: [{ physicalLocation: physicalLocation(finding) }],
    ...(finding.related.length > 0 ? { relatedLocations: finding.related.map(relatedLocation) } : {}),
    partialFingerprints: { "berth/v1": finding.fingerprint },
    ...(finding.fix ? { fixes: [describeFix(finding.fix)] } : {}),
  };
}

function physicalLocation(span: Span) {
  return { artifactLocation: { uri: uriOf(span.file) }, region: regionOf(span) };
}

function relatedLocation(related: Finding["related"][number], index: number) {
  const region = { startLine: related.line, startColumn: related.column };
  return {
    id: index,
    message: { text: related.message },
    physicalLocation: { artifactLocation: { uri: uriOf(related.file) }, region },
  };
}

function describeFix(fix: Fix) {
  const files = [...new Set(fix.edits.map((edit) => edit.file))];
  return {
    description: { text: fix.title },
    artifactChanges: files.map((file) => ({
      artifactLocation: { uri: uriOf(file) },
      replacements: fix.edits.filter((edit) => edit.file === file).map(replacement),
    })),
  };
}

function replacement(edit: Edit) {
  return { deletedRegion: regionOf(edit), insertedContent: { text: edit.text } };
}

function regionOf(span: Span) {
  return {
    startLine: span.line,
    startColumn: span.column,
    endLine: span.endLine,
    endColumn: span.endColumn,
  };
}

/** A relative URI reference: each segment encoded, so that spaces and `#` in file names stay harmless. */
function uriOf(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}
