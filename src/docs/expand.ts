import { expandPipeline, type PipelineExpansion } from "../engine/expand-pipeline.ts";
import type { FileTree, Sources } from "../engine/pipeline/index.ts";

/** Stands for what is out of reach: files of other projects, GitLab's templates, addresses. */
const blank = ".out_of_reach: { script: [':'] }\n";

/**
 * Expands a pipeline of a component project without a server. An include of a component means this project's, whatever address and version is
 * written: in an example these are the reader's. Includes from elsewhere bring nothing.
 */
export function expandInProject(
  text: string,
  tree: FileTree,
  { path = ".gitlab-ci.yml" }: { path?: string } = {},
): PipelineExpansion {
  return expandPipeline(text, {
    path,
    // GitLab.com's: keywords of the paid editions are no mistake.
    edition: "enterprise",
    sources: sourcesOfProject(tree),
  });
}

/** The project's own files for every component, and a blank for what comes from elsewhere; `elsewhere`: a component may be from there too. */
export function sourcesOfProject(tree: FileTree, elsewhere = false): Sources {
  const here = { project: "your-group/your-project", sha: "HEAD", tree };
  const away: FileTree = { read: () => blank, paths: () => [] };
  const own: FileTree = elsewhere ? { ...tree, read: (file) => tree.read(file) ?? blank } : tree;
  return {
    local: here,
    project: (project, sha) => ({ project, sha, tree: away }),
    component: (project) => ({ ...here, tree: project === here.project ? tree : own, version: null }),
    remote: () => ({ text: blank }),
    template: () => blank,
  };
}
