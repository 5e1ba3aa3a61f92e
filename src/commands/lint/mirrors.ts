import { resolve } from "node:path";
import { componentAddresses, type LintFile } from "../../lint/index.ts";
import { type FileTree, memoryTree } from "../../pipeline/index.ts";
import { localSources } from "../../sources/local.ts";

/** Reads the components that some files include from mirrors on this machine. Returns the trees by project and version. */
export async function mirrorTrees(
  files: readonly LintFile[],
  mirrors: readonly string[],
  cwd: string,
): Promise<(project: string, version: string) => FileTree | undefined> {
  const trees = new Map<string, FileTree>();
  if (mirrors.length === 0) return () => undefined;
  const sources = localSources({ workTrees: new Map(), mirrors: mirrors.map((each) => resolve(cwd, each)) });
  for (const { project, version } of files.flatMap(componentAddresses)) {
    const key = `${project}@${version}`;
    if (trees.has(key)) continue;
    const found = await sources.component?.(project, version);
    if (typeof found !== "object") continue;
    const paths = (await found.tree.paths()).filter((path) => /\.ya?ml$/.test(path));
    const texts = await Promise.all(
      paths.map(async (path) => [path, (await found.tree.read(path)) ?? ""] as const),
    );
    trees.set(key, memoryTree(Object.fromEntries(texts)));
  }
  return (project, version) => trees.get(`${project}@${version}`);
}
