import type { SlowSources } from "../engine/pipeline/include/read-ahead.ts";

/**
 * What `rules:changes:compare_to` compares with in a folder: the refs of its git repository. A ref that is not there is one that GitLab
 * refuses only where the clone has all refs; where it may lack some, and where the folder is no repository, nothing is known. Files that are
 * `given` count instead of what differs.
 */
export function changesIn(
  folder: string,
  given?: readonly string[],
): NonNullable<SlowSources["changesSince"]> {
  return async (ref) => {
    const { Repository } = await import("../git/repository.ts");
    const repository = new Repository(folder);
    try {
      const changed = await repository.changedSince(ref);
      if (changed !== undefined) return given ?? changed;
      return (await repository.isPartial()) ? undefined : "missing_ref";
    } catch {
      return undefined;
    }
  };
}
