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
  const [, major, minor] = /^v?(\d+)\.(\d+)(?:\.\d+)?(?:-\w+)?$/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** From the oldest to the newest version that something must run on. */
export interface VersionRange {
  readonly from: GitLabVersion;
  readonly to: GitLabVersion;
}

/** Reads `17.11` or `17.0..newest`; undefined for anything else, and where the end is before the start. */
export function parseVersionRange(text: string): VersionRange | undefined {
  const [first = "", last = first, ...more] = text.split("..");
  const [from, to] = [parseGitLabVersion(first), parseGitLabVersion(last)];
  if (!from || !to || more.length > 0 || compareGitLabVersions(from, to) > 0) return undefined;
  return { from, to };
}

/** Negative where the first is older. */
export function compareGitLabVersions(one: GitLabVersion, other: GitLabVersion): number {
  return one.major - other.major || one.minor - other.minor;
}

/** `17.11`. */
export function showGitLabVersion({ major, minor }: GitLabVersion): string {
  return `${major}.${minor}`;
}
