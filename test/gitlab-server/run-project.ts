import { join } from "node:path";
import type { Files } from "../../src/engine/expand-pipeline.ts";
import type { PipelineSources } from "../../src/pipelines/sources.ts";
import { git } from "./git.ts";
import type { ServerProject } from "./project.ts";
import type { Start } from "./runs.ts";

/** What a pipeline is told of itself. */
export function identityOf(
  pipelineId: number,
  { project, ref, tag, source }: Start,
  sha: string,
  host: string,
) {
  const { message, date, parents } = project.commitOf(sha);
  return {
    project: { path: project.path, server: host },
    trigger: {
      source,
      ref,
      tag,
      defaultBranch: project.defaultBranch,
      isProtected: project.isProtected(ref, tag),
    },
    commit: {
      sha,
      beforeSha: parents.split(" ")[0] || "0".repeat(40),
      timestamp: date,
      message: message.trim(),
      author: "Administrator <admin@example.com>",
    },
    pipelineId,
  };
}

/** The bare repository as what the runner gets sources from. */
export function runnableProject(project: ServerProject, host: string): PipelineSources {
  const run = (...args: string[]) => git(project.folder, args);
  return {
    identity: { path: project.path, server: host },
    folder: project.folder,
    objects: join(project.folder, "objects"),
    fileAt: async (sha, path) => project.files(sha)[path],
    keepCommit: async (pipelineId, sha) => void run("update-ref", `refs/pipelines/${pipelineId}`, sha),
  };
}

/** All projects by path, each version read when it is asked for. */
export function reachable(projects: readonly ServerProject[]): Record<string, Record<string, Files>> {
  return Object.fromEntries(
    projects.map((project) => [
      project.path,
      new Proxy({} as Record<string, Files>, {
        get: (_, version) => {
          const sha = typeof version === "string" ? project.resolveVersion(version) : undefined;
          return sha === undefined ? undefined : project.files(sha);
        },
      }),
    ]),
  );
}
