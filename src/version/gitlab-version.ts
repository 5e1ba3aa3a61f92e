/** A version of GitLab, such as `{major: 17, minor: 11}`. */
export interface GitLabVersion {
  readonly major: number;
  readonly minor: number;
}

/** The oldest version that the engine judges for, and the newest that it knows (documentation of October 2026). */
export const OLDEST_VERSION: GitLabVersion = { major: 17, minor: 0 };
export const NEWEST_VERSION: GitLabVersion = { major: 19, minor: 5 };

/** Reads `17.11` or `newest`; undefined for anything else. */
export function parseGitLabVersion(text: string): GitLabVersion | undefined {
  if (text === "newest") return NEWEST_VERSION;
  const [, major, minor] = /^(\d+)\.(\d+)(?:\.\d+)?$/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** Negative where the first is older. */
export function compareGitLabVersions(one: GitLabVersion, other: GitLabVersion): number {
  return one.major - other.major || one.minor - other.minor;
}

/** `17.11`. */
export function showGitLabVersion({ major, minor }: GitLabVersion): string {
  return `${major}.${minor}`;
}
