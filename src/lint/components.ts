import type { FileFacts } from "./project.ts";
import type { At } from "./rule.ts";

/** The components of each project folder, in order. */
export function componentsByRoot(files: readonly FileFacts[]): Map<string, FileFacts[]> {
  const roots = new Map<string, FileFacts[]>();
  for (const file of files) {
    if (file.kind !== "component" || !file.hasHeader) continue;
    roots.set(file.root, [...(roots.get(file.root) ?? []), file]);
  }
  return roots;
}

/** The name under which consumers include a component. */
export function componentName(file: FileFacts): string {
  return /([^/]+?)(?:\.yml|\/template\.yml)$/.exec(file.path)?.[1] ?? file.path;
}

/** The very start of a file, for findings about the whole of it. */
export function startOf(file: string): At {
  return { file, line: 1, column: 1, endLine: 1, endColumn: 1 };
}
