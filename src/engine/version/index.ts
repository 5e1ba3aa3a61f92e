/** The version room: which GitLab knows what. */
export { type FeatureName, isKnownTo, knownBelow, namesBelow, sinceOf, untilOf } from "./features.ts";
export {
  compareGitLabVersions,
  type GitLabVersion,
  NEWEST_VERSION,
  OLDEST_VERSION,
  parseGitLabVersion,
  parseVersionRange,
  showGitLabVersion,
  type VersionRange,
} from "./gitlab-version.ts";
