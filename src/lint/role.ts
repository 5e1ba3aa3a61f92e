/** What a file is to GitLab: a component of the catalog, a project's pipeline, or a file that others include. */
export type FileKind = "component" | "pipeline" | "fragment";

/** What a file's path, and what the project does with it, says of it. */
export interface FileRole {
  readonly path: string;
  readonly kind: FileKind;
  /** The folder of the project that the file belongs to, without a slash at the end; empty for the current one. */
  readonly root: string;
}

/** What a path alone says. A component is `templates/<name>.yml` or `templates/<name>/template.yml` (https://docs.gitlab.com/ci/components/#directory-structure). */
export function roleOf(path: string): FileRole {
  // A hidden folder such as .gitlab/templates is none that the catalog looks into.
  const component =
    /^(?:((?:[^./][^/]*\/)*[^./][^/]*)\/)?templates\/(?:[^/]+\.yml|[^/]+\/template\.yml)$/.exec(path);
  if (component) return { path, kind: "component", root: component[1] ?? "" };
  const inTemplates = /^(?:(.*?)\/)?templates\//.exec(path);
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : "";
  if (/(?:^|\/)\.gitlab-ci\.ya?ml$/.test(path)) return { path, kind: "pipeline", root: folder };
  return { path, kind: "fragment", root: inTemplates ? (inTemplates[1] ?? "") : folder };
}

/** True for `.gitlab-ci.yml` and the components of the project at a root. */
export function beginsPipeline(path: string, root: string): boolean {
  const role = roleOf(path);
  return role.root === root && role.kind !== "fragment";
}
