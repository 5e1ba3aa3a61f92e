import type { ChangeClass } from "./change.ts";

/** A release's number without a pre-release part. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Reads `1.2.3`; undefined for anything else. The catalog knows no `v` (GitLab docs, ci/components "Semantic versioning"). */
export function parseVersion(text: string): Version | undefined {
  const found = /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/.exec(text);
  return found ? [Number(found[1]), Number(found[2]), Number(found[3])] : undefined;
}

/**
 * The least version after `since` that is honest about changes of that class. Before 1.0.0 a breaking change raises the minor
 * number and everything else the patch number (https://semver.org, item 4, as usually practised).
 */
export function leastVersion([major, minor, patch]: Version, strongest: ChangeClass | undefined): Version {
  const step =
    major === 0
      ? ({ major: "minor", minor: "patch", patch: "patch" } as const)[strongest ?? "patch"]
      : (strongest ?? "patch");
  if (step === "major") return [major + 1, 0, 0];
  return step === "minor" ? [major, minor + 1, 0] : [major, minor, patch + 1];
}
