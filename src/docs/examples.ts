import { expandPipeline, type Files } from "../expand-pipeline.ts";
import { memoryTree } from "../pipeline/index.ts";
import { fromJson, toYamlText } from "../yaml/index.ts";
import type { DocumentedComponent } from "./component.ts";
import { fenced } from "./markdown.ts";

/** GitLab's stages where a pipeline names none (https://docs.gitlab.com/ci/yaml/#stages). */
const defaultStages = new Set([".pre", "build", "test", "deploy", ".post"]);

/** The shortest include of a component: the inputs that must be given, and the stages where GitLab's own lack one. */
export function minimalExample(
  { name, jobs, sample, path }: DocumentedComponent,
  files: Files,
  { project = "your-group/your-project", version = "1" }: { project?: string; version?: string },
): string {
  const stages = [...new Set([...jobs().values()].map((job) => String(job.stage ?? "test")))];
  const alone = expandPipeline(JSON.stringify({ include: { local: path, inputs: sample } }), {
    files,
    edition: "enterprise",
  });
  const needed = !alone.valid && stages.some((each) => !defaultStages.has(each));
  const include = {
    component: `$CI_SERVER_FQDN/${project}/${name}@${version}`,
    ...(Object.keys(sample).length > 0 && { inputs: sample }),
  };
  const list = stages.map((each) => (/^[\w.-]+$/.test(each) ? each : JSON.stringify(each))).join(", ");
  return `${needed ? `stages: [${list}]\n\n` : ""}${toYamlText(fromJson({ include: [include] }))}`;
}

/**
 * What GitLab would say against a pipeline that includes components of this project, whatever address and version it writes: the address
 * of an example is the reader's. Empty where it is fine.
 */
export function faultsOfExample(text: string, path: string, files: Files): readonly string[] {
  const tree = memoryTree(files);
  const here = { project: "your-group/your-project", sha: "HEAD", tree };
  return expandPipeline(text, {
    path,
    edition: "enterprise",
    sources: {
      local: here,
      project: () => undefined,
      component: () => ({ ...here, version: null }),
      remote: () => ({ status: 404 }),
      template: () => undefined,
    },
  }).errors;
}

/** Examples one below the other, each as a block of YAML. */
export function exampleBlocks(texts: readonly string[]): string {
  return texts.map((each) => fenced("yaml", each)).join("\n\n");
}
