import type { FileTree } from "../engine/pipeline/index.ts";
import { fromJson, toYamlText } from "../engine/yaml/index.ts";
import type { DocumentedComponent } from "./component.ts";
import { expandInProject } from "./expand.ts";
import { fenced } from "./markdown.ts";

/** The shortest include of a component: the inputs that must be given, and the stages where GitLab's own lack one. */
export function minimalExample(
  { name, sample, stages }: DocumentedComponent,
  { project = "your-group/your-project", version = "1" }: { project?: string; version?: string },
): string {
  const include = {
    component: `$CI_SERVER_FQDN/${project}/${name}@${version}`,
    ...(Object.keys(sample).length > 0 && { inputs: sample }),
  };
  const declared = stages();
  const list = declared.map((each) => (/^[\w.-]+$/.test(each) ? each : JSON.stringify(each))).join(", ");
  return `${declared.length > 0 ? `stages: [${list}]\n\n` : ""}${toYamlText(fromJson({ include: [include] }))}`;
}

/** What GitLab would say against a pipeline that includes components of this project. Empty where it is fine. */
export function faultsOfExample(text: string, path: string, tree: FileTree): readonly string[] {
  return expandInProject(text, tree, { path }).errors;
}

/** Examples one below the other, each as a block of YAML. */
export function exampleBlocks(texts: readonly string[]): string {
  return texts.map((each) => fenced("yaml", each)).join("\n\n");
}
