import { type FileTree, memoryTree } from "../engine/pipeline/index.ts";
import { parseVersionRange } from "../engine/version/index.ts";
import type { Configuration } from "./configuration.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { readFile } from "./file.ts";
import { finish } from "./finish.ts";
import { graphsOf } from "./graph.ts";
import type { ShellFindings } from "./project.ts";
import { readConfiguration } from "./read-configuration.ts";
import { beginsPipeline } from "./role.ts";
import { roleIn } from "./roles.ts";
import { lintFile, lintScripts, lintWhole } from "./run.ts";

/** A file to lint: its path inside the project, with slashes, and its text. */
export interface FileToLint {
  readonly path: string;
  readonly text: string;
}

/** What a lint may know besides the files. */
export interface LintOptions {
  /** The text of a `berth.yaml`. */
  readonly configuration?: string;
  /** Other files of the project by path, such as README.md and what is included locally. */
  readonly files?: Readonly<Record<string, string>>;
  /** The versions of GitLab to be ready for, such as `17.11` or `17.0..newest`. */
  readonly gitlabVersion?: string;
  /** The project's tags, the newest first. */
  readonly tags?: readonly string[];
  /** What a shell and ShellCheck say; without it the scripts themselves are not checked. */
  readonly shell?: ShellFindings;
}

/**
 * Lints files held in memory; touches neither disk nor network. Returns the findings in the order of files and lines.
 * Throws ConfigurationError if `configuration` is not valid.
 */
export function lint(files: readonly FileToLint[], options: LintOptions = {}): Diagnostic[] {
  const configuration: Configuration = readConfiguration(options.configuration);
  const all = new Map(Object.entries(options.files ?? {}));
  for (const { path, text } of files) all.set(path, text);
  const tree = (root: string) => treeAt(root, all);
  const others = {};
  const graph = graphsOf(
    (root) => [...all.keys()].filter((path) => beginsPipeline(path, root)).sort(),
    (root) => ({ tree: tree(root), others }),
  );
  const membership = {
    isIncluded: (path: string) => graph("").reaching(path).length > 0,
    hasPipeline: (folder: string) => all.has(`${folder}/.gitlab-ci.yml`),
  };
  const read = files
    .filter(({ path }) => !configuration.isIgnored(path))
    .map(({ path, text }) => readFile(path, text, roleIn(path, membership)));
  const project = {
    files: read,
    tree,
    graph,
    others,
    gitlabVersions: parseVersionRange(options.gitlabVersion ?? "") ?? configuration.gitlabVersions,
    tags: () => options.tags,
  };
  const { severityOf } = configuration;
  const { shell } = options;
  const found = [
    ...read.flatMap((file) => lintFile(file, project, severityOf)),
    ...(shell ? read.flatMap((file) => lintScripts(file, shell, severityOf)) : []),
    ...lintWhole(read, project, severityOf),
  ];
  return finish(read, found, severityOf, shell?.tool);
}

function treeAt(root: string, files: ReadonlyMap<string, string>): FileTree {
  const prefix = root === "" ? "" : `${root}/`;
  const inside = [...files].filter(([path]) => path.startsWith(prefix));
  return memoryTree(Object.fromEntries(inside.map(([path, text]) => [path.slice(prefix.length), text])));
}
