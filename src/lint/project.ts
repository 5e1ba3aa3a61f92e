import type { FileTree } from "../pipeline/index.ts";
import type { FileRole } from "./role.ts";
import type { Script } from "./shell/scripts.ts";
import type { ShellComment } from "./shell/shellcheck.ts";

/** What is known of the shell scripts; absent where neither a shell nor ShellCheck was asked. */
export interface ShellFindings {
  /** Who was asked: `bash` tells only whether a script parses. */
  readonly tool: "shellcheck" | "bash" | undefined;
  /** The first syntax error of a script. */
  readonly parse: (script: Script) => { line: number; column: number; message: string } | undefined;
  readonly comments: (script: Script) => readonly ShellComment[];
}

/** A version of GitLab, such as `{major: 17, minor: 11}`. */
export interface GitLabVersion {
  readonly major: number;
  readonly minor: number;
}

/** All files of one run, and what they may reach. Nothing here touches the network. */
export interface LintProject {
  readonly files: readonly FileRole[];
  /** The files of the project at a root folder, as they stand on disk or in memory. */
  readonly tree: (root: string) => FileTree;
  /** The files of another project at a version, from a mirror on this machine; undefined if there is none. */
  readonly mirror: (project: string, version: string) => FileTree | undefined;
  /** The version of GitLab that the files must run on; undefined for the newest. */
  readonly gitlabVersion: GitLabVersion | undefined;
  /** The tags of the repository at a root; undefined if it is not known. */
  readonly tags: (root: string) => readonly string[] | undefined;
  readonly shell: ShellFindings | undefined;
}

/** What the rules over whole projects know of a file. */
export interface FileFacts extends FileRole {
  readonly hasHeader: boolean;
}
