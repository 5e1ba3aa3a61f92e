import type { CommitAction } from "../../gitlab/index.ts";
import type { CiVariable } from "../../pipelines/variables.ts";
import type { ProjectFile } from "../local/project.ts";

/** Where the scenario's own pipeline stands when another file leads to it. */
const innerFile = ".berth-smoke.yml";
export const pipelineFile = ".gitlab-ci.yml";

/**
 * The project's files with variables and inputs in the pipeline itself: for pipelines that GitLab starts by an event, which
 * nothing can be given to. Variables at the top of the file come after predefined ones and before those of jobs (docs,
 * ci/variables "CI/CD variable precedence").
 */
export function carrying(
  files: readonly ProjectFile[],
  variables: readonly CiVariable[],
  inputs: Readonly<Record<string, unknown>>,
): ProjectFile[] {
  const pipeline = files.find(({ path }) => path === pipelineFile);
  const withInputs = Object.keys(inputs).length > 0;
  if (pipeline === undefined || (variables.length === 0 && !withInputs)) return [...files];
  const entries = variables.map(({ key, value, raw }) => [key, raw ? { value, expand: false } : value]);
  const outer = {
    variables: Object.fromEntries(entries),
    include: [{ local: `/${innerFile}`, ...(withInputs && { inputs }) }],
  };
  // JSON is YAML: no quoting rules to get wrong.
  const content = Buffer.from(`${JSON.stringify(outer, null, 2)}\n`).toString("base64");
  return [
    ...files.filter(({ path }) => path !== pipelineFile),
    { ...pipeline, content },
    { ...pipeline, path: innerFile },
  ];
}

/** What turns one set of files into another. A commit needs at least one action: an unchanged file is written again. */
export function actionsFor(before: readonly ProjectFile[], after: readonly ProjectFile[]): CommitAction[] {
  const old = new Map(before.map((file) => [file.path, file]));
  const kept = new Set(after.map((file) => file.path));
  const actions = after.flatMap((file): CommitAction[] => {
    const was = old.get(file.path);
    if (was?.content !== undefined && was.content === file.content && was.executable === file.executable)
      return [];
    const content = { file_path: file.path, content: file.content ?? "", encoding: "base64" as const };
    if (!was) return [{ action: "create", ...content, execute_filemode: file.executable }];
    const mode: CommitAction = { action: "chmod", file_path: file.path, execute_filemode: file.executable };
    return [{ action: "update", ...content }, ...(was.executable === file.executable ? [] : [mode])];
  });
  const removed = before.filter((file) => !kept.has(file.path));
  const all = [
    ...actions,
    ...removed.map(({ path }): CommitAction => ({ action: "delete", file_path: path })),
  ];
  const [first] = after;
  if (all.length > 0 || first === undefined) return all;
  return [{ action: "update", file_path: first.path, content: first.content ?? "", encoding: "base64" }];
}
