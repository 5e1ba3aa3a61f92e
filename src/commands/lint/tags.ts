import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Repository } from "../../git/repository.ts";
import type { FileRole } from "../../lint/role.ts";

/** Reads the tags of the repositories whose top folder is a project's root, the newest first. */
export async function tagsOf(
  files: readonly FileRole[],
  cwd: string,
): Promise<(root: string) => readonly string[] | undefined> {
  const components = files.filter((file) => file.kind === "component");
  const roots = [...new Set(components.map((file) => file.root))];
  const known = await Promise.all(
    roots.map(async (root) => [root, await tagsAt(resolve(cwd, root))] as const),
  );
  const tags = new Map(known);
  return (root) => tags.get(root);
}

/** Undefined where there is no git, or no repository: nothing is known of its tags. */
async function tagsAt(folder: string): Promise<readonly string[] | undefined> {
  if (!existsSync(join(folder, ".git"))) return undefined;
  try {
    return (await new Repository(folder).tags()).map(({ name }) => name);
  } catch {
    return undefined;
  }
}
