import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { Repository } from "../../git/repository.ts";
import type { LintFile } from "../../lint/index.ts";

/** Reads the tags of the repositories whose top folder is a project's root, the newest first. */
export async function tagsOf(
  files: readonly LintFile[],
  cwd: string,
): Promise<(root: string) => readonly string[] | undefined> {
  const roots = new Set(files.filter((file) => file.kind === "component").map((file) => file.root));
  const tags = new Map<string, readonly string[]>();
  for (const root of roots) {
    const folder = resolve(cwd, root);
    if (!existsSync(join(folder, ".git"))) continue;
    try {
      tags.set(
        root,
        (await new Repository(folder).tags()).map(({ name }) => name),
      );
    } catch {
      // no git, or no repository: nothing is known of its tags
    }
  }
  return (root) => tags.get(root);
}
