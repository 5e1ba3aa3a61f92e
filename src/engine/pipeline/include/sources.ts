/*
 * Where included files come from. The engine itself reads no file and no network: everything comes through these
 * interfaces, and a source that must wait (GitLab) is read ahead by `fetch-ahead.ts`.
 */

/** The files of one project at one commit. */
export interface FileTree {
  /** The text of a file; undefined when there is none. Paths have no leading slash. */
  read(path: string): string | undefined;
  /** The paths of all files, for wildcards and `exists`. */
  paths(): readonly string[];
}

/** A project at a commit. */
export interface ProjectAt {
  readonly project: string;
  readonly sha: string;
  readonly tree: FileTree;
}

/** What a component address leads to. */
export interface ComponentAt extends ProjectAt {
  /** The version in the catalog, null for branches, SHAs and projects outside it. */
  readonly version: string | null;
}

/** Why a version leads nowhere: it is one of the catalog's and the project is not in it. */
export type VersionProblem = "latest_without_catalog" | "partial_without_catalog";

/** Answer of a URL. */
export type RemoteAnswer =
  | { readonly text: string }
  | { readonly status: number }
  | { readonly failure: string };

/** Everything that `include` may reach. A missing function means that there is nothing of the kind. */
export interface Sources {
  /** The project that the pipeline belongs to. */
  readonly local: ProjectAt;
  /** A project at a branch, tag or SHA; `HEAD` is its default branch. `missing_ref` when only the project exists. */
  readonly project?: (path: string, ref: string) => ProjectAt | "missing_ref" | undefined;
  /** A project at the version of a component's address: SHA, tag, branch, `~latest`, `1`, `1.2`. */
  readonly component?: (project: string, version: string) => ComponentAt | VersionProblem | undefined;
  readonly remote?: (url: string) => RemoteAnswer;
  /**
   * The files of the pipeline's own project that differ from a branch, tag or SHA, counted from where the two parted, for
   * `rules:changes:compare_to`. `missing_ref` where there is no such ref; undefined where only that is not known: then what the event says
   * of changed files counts.
   */
  readonly changesSince?: (ref: string) => readonly string[] | "missing_ref" | undefined;
  /** A template that GitLab ships, by its file name. */
  readonly template?: (name: string) => string | undefined;
}

/** A tree of files held in memory. */
export function memoryTree(files: Readonly<Record<string, string>>): FileTree {
  return {
    read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    paths: () => Object.keys(files),
  };
}

/** A project at a ref, `HEAD` for its default branch: the pipeline's own project as it stands here, any other from its source. */
export function projectAt(
  { local, project }: Pick<Sources, "local" | "project">,
  path: string,
  ref: string,
): ProjectAt | "missing_ref" | undefined {
  const isOwn = path.toLowerCase() === local.project.toLowerCase();
  if (isOwn && ref === "HEAD") return local;
  return project?.(path, ref) ?? (isOwn ? "missing_ref" : undefined);
}

/** What a file may know of the component that it is. */
export interface ComponentFacts {
  readonly name: string;
  readonly sha: string;
  readonly version: string | null;
  readonly reference: string;
}
