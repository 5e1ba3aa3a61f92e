import { existsSync } from "node:fs";
import { join } from "node:path";
import { Repository } from "../../git/repository.ts";

/** Reads the tags of a repository by its top folder, the newest first. Undefined without git or a repository: nothing is known of its tags. */
export async function tagsAt(folder: string): Promise<readonly string[] | undefined> {
  if (!existsSync(join(folder, ".git"))) return undefined;
  try {
    return (await new Repository(folder).tags()).map(({ name }) => name);
  } catch {
    return undefined;
  }
}
