import { PREDEFINED_NAMES, phaseOfVariable } from "../engine/pipeline/index.ts";
import type { YamlMap } from "../engine/yaml/index.ts";
import { keyText } from "./blocks.ts";
import type { LintFile } from "./file.ts";
import { pipelinesOf } from "./graph.ts";
import { mappingsOf } from "./mappings.ts";
import { editDistance } from "./nearest.ts";
import type { LintProject } from "./project.ts";

/** Names that people take for predefined ones, and what they mean. */
const INVENTED: Readonly<Record<string, string>> = {
  CI_BRANCH: "CI_COMMIT_BRANCH",
  CI_BRANCH_NAME: "CI_COMMIT_BRANCH",
  CI_COMMIT_BRANCH_NAME: "CI_COMMIT_BRANCH",
  CI_COMMIT_HASH: "CI_COMMIT_SHA",
  CI_COMMIT_ID: "CI_COMMIT_SHA",
  CI_COMMIT_REF: "CI_COMMIT_REF_NAME",
  CI_COMMIT_SHA_SHORT: "CI_COMMIT_SHORT_SHA",
  CI_COMMIT_TAG_NAME: "CI_COMMIT_TAG",
  CI_COMPONENT_REF: "CI_COMMIT_REF_NAME",
  CI_MERGE_REQUEST_NUMBER: "CI_MERGE_REQUEST_IID",
  CI_MERGE_REQUEST_SOURCE_BRANCH: "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME",
  CI_MERGE_REQUEST_TARGET_BRANCH: "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
  CI_MR_IID: "CI_MERGE_REQUEST_IID",
  CI_REF_NAME: "CI_COMMIT_REF_NAME",
  CI_SHA: "CI_COMMIT_SHA",
  CI_SHORT_SHA: "CI_COMMIT_SHORT_SHA",
  CI_TAG: "CI_COMMIT_TAG",
  CI_USER: "GITLAB_USER_LOGIN",
};

/** The predefined variable that a misspelt name means; undefined for a known name and for one that is like none. */
export function meantVariable(name: string): string | undefined {
  if (phaseOfVariable(name) !== undefined) return undefined;
  if (Object.hasOwn(INVENTED, name)) return INVENTED[name];
  const upper = name.toUpperCase();
  if (phaseOfVariable(upper) !== undefined) return upper;
  const digits = upper.replace(/\D/g, "");
  const near = PREDEFINED_NAMES.filter(
    (each) =>
      each.replace(/\D/g, "") === digits &&
      Math.abs(each.length - name.length) <= 2 &&
      editDistance(upper, each) <= (name.length < 10 ? 1 : 2),
  ).sort((left, right) => editDistance(upper, left) - editDistance(upper, right));
  return near[0];
}

const cache = new WeakMap<YamlMap, ReadonlySet<string>>();

function namesBelow(root: YamlMap): ReadonlySet<string> {
  const known = cache.get(root);
  if (known !== undefined) return known;
  const names = new Set<string>();
  for (const { map, path } of mappingsOf(root)) {
    const isMatrix = path.at(-2) === "matrix" || path.at(-1) === "matrix";
    if (path.at(-1) !== "variables" && path.at(-1) !== "secrets" && path.at(-1) !== "id_tokens" && !isMatrix)
      continue;
    for (const entry of map.entries()) names.add(keyText(entry));
  }
  cache.set(root, names);
  return names;
}

const assigned =
  /(?:^|[\s;&|("'`])(?:export\s+|local\s+|readonly\s+|declare\s+(?:-\w+\s+)*)?([A-Za-z_]\w*)\+?=/g;
const read = /\b(?:read\s+(?:-\w+\s+)*|for\s+)([A-Za-z_]\w*)|\$env:(\w+)\s*=|[=\s]"?([A-Z_]\w*)=/g;

/** The variables that a file, or a pipeline that it belongs to, defines: under `variables:`, in a matrix, by a script. */
export function definedVariables(file: LintFile, project: LintProject): ReadonlySet<string> {
  const configs = pipelinesOf(file, project).map(({ pipeline }) => pipeline.config);
  const names = new Set([file.body, ...configs].flatMap((root) => (root ? [...namesBelow(root)] : [])));
  for (const { value } of file.scriptNodes) {
    for (const pattern of [assigned, read])
      for (const [, ...found] of value.matchAll(pattern)) for (const name of found) if (name) names.add(name);
  }
  return names;
}
