import type { Diagnostic } from "./diagnostic.ts";

type Finding = Diagnostic & { readonly fingerprint: string };

/** Findings that an old project has agreed to live with, by fingerprint; the other fields are for people. */
export interface Baseline {
  readonly version: 1;
  readonly findings: readonly { fingerprint: string; rule: string; file: string; message: string }[];
}

/** Writes down the present findings. Returns the text of a baseline file. */
export function writeBaseline(findings: readonly Finding[]): string {
  const baseline: Baseline = {
    version: 1,
    findings: findings.map(({ fingerprint, rule, file, message }) => ({ fingerprint, rule, file, message })),
  };
  return `${JSON.stringify(baseline, null, 2)}\n`;
}

/** Reads the text of a baseline file. Returns undefined if it is none. */
export function readBaseline(text: string): Baseline | undefined {
  try {
    const value = JSON.parse(text) as Baseline;
    const sound = value.version === 1 && value.findings.every((each) => typeof each.fingerprint === "string");
    return sound ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the known findings away. Returns the new ones, and how many entries of the baseline match nothing any more. */
export function applyBaseline(
  findings: readonly Finding[],
  baseline: Baseline,
): { fresh: Finding[]; stale: number } {
  const known = new Set(baseline.findings.map((each) => each.fingerprint));
  const fresh = findings.filter((each) => !known.has(each.fingerprint));
  const present = new Set(findings.map((each) => each.fingerprint));
  return { fresh, stale: [...known].filter((each) => !present.has(each)).length };
}
