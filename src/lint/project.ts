import type { FileTree } from "../engine/pipeline/index.ts";
import type { VersionRange } from "../engine/version/index.ts";
import type { ProjectGraph } from "./included-pipeline.ts";
import type { OtherSources } from "./readable-includes.ts";
import type { FileRole } from "./role.ts";
import type { Script } from "./shell/scripts.ts";
import type { ShellComment } from "./shell/shellcheck.ts";

/** What is known of the shell scripts. */
export interface ShellFindings {
  /** Who was asked: `bash` tells only whether a script parses. */
  readonly tool: "shellcheck" | "bash" | undefined;
  /** The first syntax error of a script. */
  readonly parse: (script: Script) => { line: number; column: number; message: string } | undefined;
  readonly comments: (script: Script) => readonly ShellComment[];
}

/** All files of one run, and what they may reach. Nothing here touches the network. */
export interface LintProject {
  readonly files: readonly FileRole[];
  /** The files of the project at a root folder, as they stand on disk or in memory. */
  readonly tree: (root: string) => FileTree;
  /** The pipelines of the project at a root folder. */
  readonly graph: (root: string) => ProjectGraph;
  /** What includes may reach beyond the project, as far as it can be read here. */
  readonly others: OtherSources;
  /** The name of the server (default: gitlab.com). */
  readonly host?: string | undefined;
  /** The versions of GitLab that the files must run on; undefined for the newest alone. */
  readonly gitlabVersions: VersionRange | undefined;
  /** The tags of the repository at a root; undefined if it is not known. */
  readonly tags: (root: string) => readonly string[] | undefined;
}

/** What the rules over whole projects know of a file. */
export interface FileFacts extends FileRole {
  readonly hasHeader: boolean;
}
