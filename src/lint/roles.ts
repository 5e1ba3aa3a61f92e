import { type FileRole, roleOf } from "./role.ts";

/** What the files of a run are to its project. */
export interface Membership {
  /** True for a file that a pipeline of the project at hand includes. */
  readonly isIncluded: (path: string) => boolean;
  /** True for a folder that has a `.gitlab-ci.yml`. */
  readonly hasPipeline: (folder: string) => boolean;
}

/**
 * What a file is to GitLab. What the project at hand includes belongs to it, wherever it is, even a `.gitlab-ci.yml`; any other file
 * belongs to the nearest folder around it that has a pipeline of its own.
 */
export function roleIn(path: string, { isIncluded, hasPipeline }: Membership): FileRole {
  const role = roleOf(path);
  if (role.root === "" && role.kind !== "fragment") return role;
  if (isIncluded(path)) return { path, kind: "fragment", root: "" };
  if (role.kind !== "fragment" || /(?:^|\/)templates\//.test(path)) return role;
  const folders = path.split("/").slice(0, -1);
  for (let depth = folders.length; depth > 0; depth--) {
    const folder = folders.slice(0, depth).join("/");
    if (hasPipeline(folder) && !isIncluded(`${folder}/.gitlab-ci.yml`)) return { ...role, root: folder };
  }
  return { ...role, root: "" };
}
