import type { Files } from "../../src/engine/expand-pipeline.ts";
import type { SmokeProject } from "../../src/smoke/local/project.ts";
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

/** The bare repository in the shape that the runner checks out from. */
export function runnableProject(project: ServerProject, host: string): SmokeProject {
  return {
    identity: { path: project.path, server: host },
    folder: project.folder,
    defaultBranch: project.defaultBranch,
    checkOut: async (sha: string, folder: string) => {
      git("/", ["clone", "--quiet", "--no-checkout", project.folder, folder]);
      git(folder, ["checkout", "--quiet", "--detach", sha]);
    },
  } as unknown as SmokeProject;
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
