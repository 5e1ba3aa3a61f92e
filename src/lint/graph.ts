import { childrenOf } from "./child-pipelines.ts";
import type { LintFile } from "./file.ts";
import {
  consumersPipeline,
  type IncludedPipeline,
  type ProjectGraph,
  pipelineAround,
  readIncluded,
  wholePipeline,
} from "./included-pipeline.ts";
import type { LintProject } from "./project.ts";
import type { Readable } from "./readable-includes.ts";
import { roleOf } from "./role.ts";

/** Reads the pipelines of the project below `folder` that begin with some files, and their children. */
export function readGraph(folder: string, beginnings: readonly string[], readable: Readable): ProjectGraph {
  const pipelines: IncludedPipeline[] = [];
  const known = new Set<string>();
  const add = (pipeline: IncludedPipeline) => {
    pipelines.push(pipeline);
    for (const child of childrenOf(pipeline, readable)) {
      const name = `${child.root}:${child.at?.start}`;
      if (known.has(name)) continue;
      known.add(name);
      add(readIncluded(child, folder, readable));
    }
  };
  for (const path of beginnings) {
    const inner = innerOf(path, folder);
    const text = readable.tree.read(inner);
    if (text === undefined) continue;
    const isComponent = roleOf(path).kind === "component";
    const beginning = isComponent
      ? consumersPipeline(path, inner, text, readable.host)
      : wholePipeline(path, inner, text);
    add(readIncluded(beginning, folder, readable));
  }
  const byFile = new Map<string, IncludedPipeline[]>();
  for (const pipeline of pipelines) {
    for (const path of new Set([pipeline.root, ...pipeline.reached]))
      byFile.set(path, [...(byFile.get(path) ?? []), pipeline]);
  }
  return { pipelines, reaching: (path) => byFile.get(path) ?? [] };
}

/** Reads the pipelines of each project when they are asked for, once. */
export function graphsOf(
  beginnings: (root: string) => readonly string[],
  readable: (root: string) => Readable,
): (root: string) => ProjectGraph {
  const graphs = new Map<string, ProjectGraph>();
  return (root) => {
    const graph = graphs.get(root) ?? readGraph(root, beginnings(root), readable(root));
    graphs.set(root, graph);
    return graph;
  };
}

const alone = new WeakMap<LintFile, readonly IncludedPipeline[]>();

/**
 * The pipelines that a file is judged in: those that include it or begin with it; for a component first of all a consumer's.
 * A file that nothing includes is judged in a pipeline around it, of which little is known. Empty for a file that is no YAML.
 */
export function pipelinesOf(file: LintFile, project: LintProject): readonly IncludedPipeline[] {
  if (file.body === undefined) return [];
  const reaching = project.graph(file.root).reaching(file.path);
  // What is wrong with the inputs that somebody gives a component is no fault of the component.
  const own = file.kind === "component" ? reaching.filter(({ root }) => root === file.path) : reaching;
  if (own.length > 0) return own;
  const known = alone.get(file) ?? [readAlone(file, project)];
  alone.set(file, known);
  return known;
}

/** The first of the pipelines that a file is judged in. */
export function includedPipeline(file: LintFile, project: LintProject): IncludedPipeline | undefined {
  return pipelinesOf(file, project)[0];
}

function readAlone(file: LintFile, project: LintProject): IncludedPipeline {
  const inner = innerOf(file.path, file.root);
  const beginning = pipelineAround(file.path, inner, file.text);
  const tree = project.tree(file.root);
  const own = { ...tree, read: (path: string) => (path === inner ? file.text : tree.read(path)) };
  return readIncluded(beginning, file.root, { tree: own, others: project.others, host: project.host });
}

function innerOf(path: string, folder: string): string {
  return folder === "" ? path : path.slice(folder.length + 1);
}
