import { createHash } from "node:crypto";
import type { Diagnostic } from "./diagnostic.ts";

/**
 * Names findings so that they are recognised after lines have moved: a hash of rule, file, message, the text of the
 * line, and the ordinal among findings that are alike in all of these. Returns one 40-digit name for each finding.
 */
export function fingerprints(
  diagnostics: readonly Diagnostic[],
  source: (file: string) => string | undefined,
): string[] {
  const seen = new Map<string, number>();
  const lines = new Map<string, readonly string[]>();
  return diagnostics.map((diagnostic) => {
    const text = lineOf(diagnostic, source, lines);
    const key = [diagnostic.rule, diagnostic.file, diagnostic.message, text].join("\u0000");
    const ordinal = seen.get(key) ?? 0;
    seen.set(key, ordinal + 1);
    return createHash("sha1").update(`${key}\u0000${ordinal}`).digest("hex");
  });
}

function lineOf(
  diagnostic: Diagnostic,
  source: (file: string) => string | undefined,
  lines: Map<string, readonly string[]>,
): string {
  let known = lines.get(diagnostic.file);
  if (known === undefined) {
    known = (source(diagnostic.file) ?? "").split(/\r\n|\r|\n/);
    lines.set(diagnostic.file, known);
  }
  return (known[diagnostic.line - 1] ?? "").trim();
}
