import { YamlMap } from "../engine/yaml/index.ts";
import { keyText } from "./blocks.ts";
import type { LintFile } from "./file.ts";

/** Variables whose text anybody writes who may open a merge request, push a branch or start a pipeline. */
const UNTRUSTED: readonly string[] = [
  "CI_COMMIT_AUTHOR",
  "CI_COMMIT_BRANCH",
  "CI_COMMIT_DESCRIPTION",
  "CI_COMMIT_MESSAGE",
  "CI_COMMIT_REF_NAME",
  "CI_COMMIT_TAG",
  "CI_COMMIT_TAG_MESSAGE",
  "CI_COMMIT_TITLE",
  "CI_EXTERNAL_PULL_REQUEST_SOURCE_BRANCH_NAME",
  "CI_MERGE_REQUEST_DESCRIPTION",
  "CI_MERGE_REQUEST_LABELS",
  "CI_MERGE_REQUEST_MILESTONE",
  "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
  "CI_MERGE_REQUEST_TITLE",
  "CI_RELEASE_DESCRIPTION",
  "CHAT_INPUT",
  "GITLAB_USER_NAME",
  "TRIGGER_PAYLOAD",
];

/** Lists the variables that hold untrusted text: GitLab's own, and those of the file that are made of them. */
export function untrustedVariables(file: LintFile): string[] {
  const names = new Set(UNTRUSTED);
  const holds = (text: string) => [...text.matchAll(/\$\{?(\w+)/g)].some(([, name = ""]) => names.has(name));
  for (const owner of [file.body, ...file.jobs.map(({ map }) => map)]) {
    const variables = owner?.get("variables");
    if (!(variables instanceof YamlMap)) continue;
    for (const entry of variables.entries())
      if (typeof entry.value === "string" && holds(entry.value)) names.add(keyText(entry));
  }
  for (const { value } of file.scriptNodes) {
    for (const [, name = "", text = ""] of value.matchAll(
      /(?:^|[\s;&|])(?:export\s+)?([A-Za-z_]\w*)=("[^"\n]*"|\$\{?\w+\}?)(?=\s|;|$)/g,
    ))
      if (holds(text)) names.add(name);
  }
  return [...names];
}
