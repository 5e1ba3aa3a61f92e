import { isDeepStrictEqual } from "node:util";
import { loadDocuments } from "../engine/contract/index.ts";
import { type ComponentError, expandComponent } from "../engine/expand-component.ts";
import {
  type JsonValue,
  type Place,
  type PlainPlace,
  Source,
  toJson,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../engine/yaml/index.ts";
import type { InterfaceChange } from "./change.ts";
import { compareInterfaces } from "./index.ts";

/** One `include: component:` of a consumer. */
export interface ComponentUse {
  /** Full path of the component's project. */
  readonly project: string;
  readonly component: string;
  /** What stands behind the `@`: a tag, a branch, a SHA, `1`, `1.2` or `~latest`. */
  readonly version: string;
  readonly inputs: Readonly<Record<string, JsonValue>>;
  readonly place: PlainPlace | undefined;
}

/** What a newer version does to one use. */
export interface UpgradeVerdict {
  /** GitLab's words where it would refuse the inputs that are given; those that it refuses already do not count. */
  readonly refused: readonly string[];
  /** Breaking changes to jobs and the pipeline around them, which may matter to this consumer. */
  readonly risks: readonly InterfaceChange[];
}

/** The components that a configuration includes. Empty for a file that cannot be read. */
export function readUses(text: string, file = ".gitlab-ci.yml"): ComponentUse[] {
  return includesOf(text, file).flatMap(({ item, place }) => {
    const address = item instanceof YamlMap ? item.get("component") : undefined;
    const [, project, component, version] =
      typeof address === "string" ? (/^[^/]+\/(.+)\/([^/@]+)@(.+)$/.exec(address) ?? []) : [];
    if (!project || !component || !version) return [];
    return [{ project, component, version, inputs: inputsOf(item), place: place?.toJSON() }];
  });
}

/** The files of the same project that a configuration includes by a plain path: neither a wildcard nor a variable in it. */
export function readLocalIncludes(text: string, file = ".gitlab-ci.yml"): string[] {
  return includesOf(text, file).flatMap(({ item }) => {
    const path = item instanceof YamlMap ? item.get("local") : item;
    if (typeof path !== "string" || /[*$]|^https?:/.test(path)) return [];
    return [path.replace(/^\/+/, "")];
  });
}

/** What changes for one use between two versions of the component project's files. */
export function judgeUpgrade(
  use: ComponentUse,
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): UpgradeVerdict {
  const [old, now] = [pathOf(use.component, before), pathOf(use.component, after)];
  if (old === undefined) return { refused: [], risks: [] };
  if (now === undefined) return { refused: [`component "${use.component}" is gone`], risks: [] };
  const known = refusals(old, use.inputs, before);
  const refused = refusals(now, use.inputs, after)
    .filter((each) => !known.some((other) => isDeepStrictEqual(factsOf(other), factsOf(each))))
    .map(({ message }) => message);
  const risks = compareInterfaces(before, after).filter(
    (each) => each.component === use.component && each.class === "major" && !each.kind.startsWith("input-"),
  );
  return { refused, risks };
}

/** The entries of `include`, in whichever of its forms. */
function includesOf(text: string, file: string): { item: YamlValue; place: Place | undefined }[] {
  const include = contentOf(text, file)?.entry("include");
  if (include === undefined) return [];
  const { value, valuePlace } = include;
  return value instanceof YamlList
    ? value.items.map((item, index) => ({ item, place: value.places[index] }))
    : [{ item: value, place: valuePlace }];
}

function contentOf(text: string, file: string): YamlMap | undefined {
  try {
    return loadDocuments(new Source(file, text)).content;
  } catch {
    return undefined;
  }
}

function inputsOf(item: YamlValue): ComponentUse["inputs"] {
  const inputs = item instanceof YamlMap ? item.get("inputs") : undefined;
  return inputs instanceof YamlMap ? (toJson(inputs) as Record<string, JsonValue>) : {};
}

function pathOf(component: string, files: Readonly<Record<string, string>>): string | undefined {
  return [`templates/${component}.yml`, `templates/${component}/template.yml`].find(
    (path) => files[path] !== undefined,
  );
}

/** What GitLab says against these inputs: of the file itself, and of those that it includes and hands inputs on to. */
function refusals(
  path: string,
  inputs: unknown,
  files: Readonly<Record<string, string>>,
  depth = 0,
): ComponentError[] {
  const { diagnostics, config } = expandComponent(files[path] ?? "", { inputs });
  if (diagnostics.length > 0 || depth > 10 || !isRecord(config)) return diagnostics;
  return [config.include].flat().flatMap((entry) => {
    if (!isRecord(entry) || typeof entry.local !== "string") return [];
    const included = entry.local.replace(/^\/+/, "");
    return files[included] === undefined ? [] : refusals(included, entry.inputs, files, depth + 1);
  });
}

/** What makes two refusals the same one. */
function factsOf({ code, subject, facts }: ComponentError) {
  return { code, subject, facts };
}

function isRecord(value: JsonValue | undefined): value is { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
