import type { GitLabVersion } from "../../src/engine/version/index.ts";
import type { Case } from "./case-file.ts";
import { judge, type Verdict } from "./judge.ts";

/** As `judge`, but a crash of ours is a case that differs, with its stack as our answer. */
export function judgeSafely(each: Case, version?: GitLabVersion): Verdict {
  try {
    return judge(each, version);
  } catch (error) {
    return {
      passed: false,
      expected: each.expected,
      actual: error instanceof Error ? String(error.stack) : error,
    };
  }
}

/** A case for people: its text, what else was given, GitLab's answer, and Berth's. */
export function showAnswers(
  { id, expected: _, ...rest }: Case,
  { passed, expected, actual }: Verdict,
): string {
  const { content, ci, ...given } = rest as Record<string, unknown>;
  return [
    `${id} ${passed ? "passes" : "differs"}`,
    ...[content ?? ci].flatMap((text) => (typeof text === "string" ? text.trimEnd() : [])),
    `given:  ${JSON.stringify(given)}`,
    `GitLab: ${JSON.stringify(expected)}`,
    `Berth:  ${typeof actual === "string" ? actual : JSON.stringify(ours(expected, actual))}`,
  ].join("\n");
}

/** Of our answer only what GitLab's says something about: the rest was not compared. */
function ours(expected: unknown, actual: unknown): unknown {
  if (typeof expected !== "object" || typeof actual !== "object" || !expected || !actual) return actual;
  const compared = Object.keys(expected);
  return compared.includes("unhandled")
    ? actual
    : Object.fromEntries(compared.map((key) => [key, (actual as Record<string, unknown>)[key]]));
}
