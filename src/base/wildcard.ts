/**
 * Whether a name is meant by GitLab's wildcard for protected branches and tags, in which `*` is any text, slashes too.
 * Source: docs.gitlab.com/user/project/protected_tags/ (wildcard protected tags).
 */
export function matchesWildcard(name: string, wildcard: string): boolean {
  const parts = wildcard.split("*").map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(name);
}
