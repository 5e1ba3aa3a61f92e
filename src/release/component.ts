import { componentPaths } from "../consumer/component.ts";
import { type Input, loadDocuments, readComponentFields, readInputs } from "../engine/contract/index.ts";
import { findBlocks } from "../engine/interpolation/index.ts";
import { TOP_LEVEL_KEYWORDS } from "../engine/pipeline/index.ts";
import { type FeatureName, parseGitLabVersion, sinceOf } from "../engine/version/index.ts";
import {
  type JsonValue,
  type Place,
  Source,
  toJson,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../engine/yaml/index.ts";
import { jobsAsIncluded, localIncludes } from "./included-jobs.ts";
import type { ComponentInterface, JobInterface } from "./interface.ts";

/** The components among a project's files: `templates/<name>.yml` and `templates/<name>/template.yml`. */
export function readComponents(files: Readonly<Record<string, string>>): Map<string, ComponentInterface> {
  return new Map(
    [...componentPaths(Object.keys(files))].map(([name, file]) => [
      name,
      readComponent(name, file, files[file] ?? "", files),
    ]),
  );
}

/**
 * Reads a component with the jobs of the files that it includes from its own project; `open` are the files that include it. Throws
 * DocumentError where a file is no valid YAML.
 */
function readComponent(
  name: string,
  file: string,
  text: string,
  files: Readonly<Record<string, string>>,
  open: readonly string[] = [],
): ComponentInterface {
  const { header, content } = loadDocuments(new Source(file, text));
  const inputs = readInputs(header);
  const jobs = new Map<string, JobInterface>();
  const globals = new Map<string, { value: JsonValue; place: Place | undefined }>();
  const { includes, complete } = localIncludes(content);
  const known = includes.filter(({ path }) => files[path] !== undefined && ![...open, file].includes(path));
  for (const include of known) {
    const included = readComponent(include.path, include.path, files[include.path] ?? "", files, [
      ...open,
      file,
    ]);
    for (const job of jobsAsIncluded(included, include)) jobs.set(job.name, job);
    for (const [keyword, value] of included.globals) globals.set(keyword, value);
  }
  for (const { key, value, keyPlace } of content.entries()) {
    const title = String(key);
    if (TOP_LEVEL_KEYWORDS.includes(title)) globals.set(title, { value: toJson(value), place: keyPlace });
    else if (!title.startsWith(".") && isMap(value))
      jobs.set(title, readJob(title, withParents(value, content), keyPlace));
  }
  // Whose jobs are known need not be compared as a list of files.
  if (complete && known.length === includes.length) globals.delete("include");
  return {
    name,
    file,
    inputs: new Map(inputs.map((each) => [each.name, each])),
    jobs,
    globals,
    reads: variablesRead([...jobs.values()], globals),
    needs: neededVersion(header, inputs, content),
  };
}

function readJob(name: string, map: YamlMap, place: Place | undefined): JobInterface {
  return {
    name,
    keywords: toJson(map) as Record<string, JsonValue>,
    place,
    placeOf: (keyword) => map.entry(keyword)?.keyPlace ?? place,
  };
}

/** The job with what it takes from hidden jobs of the same file by `extends`; its own keywords win, variables are joined. */
function withParents(job: YamlMap, content: YamlMap, depth = 0): YamlMap {
  const parents = [toJson(job.get("extends") ?? null)]
    .flat()
    .filter((each): each is string => typeof each === "string");
  const known = parents.map((each) => content.get(each)).filter(isMap);
  if (known.length === 0 || depth > 10) return job;
  const merged = YamlMap.of(known.flatMap((each) => [...withParents(each, content, depth + 1).entries()]));
  const variables = [merged.get("variables"), job.get("variables")].filter(isMap);
  for (const entry of job.entries()) if (entry.key !== "extends") merged.setEntry(entry);
  if (variables.length === 2) {
    const entry = merged.entry("variables")!;
    merged.setEntry({ ...entry, value: YamlMap.of(variables.flatMap((each) => [...each.entries()])) });
  }
  return merged;
}

function isMap(value: unknown): value is YamlMap {
  return value instanceof YamlMap;
}

/** Variables that scripts and rules read, without those that the component sets, the shell's own and GitLab's predefined ones. */
function variablesRead(jobs: readonly JobInterface[], globals: ComponentInterface["globals"]): Set<string> {
  const reads = new Set<string>();
  const shared = namesOf(globals.get("variables")?.value);
  for (const { keywords } of jobs) {
    const own = new Set([...shared, ...namesOf(keywords.variables)]);
    const scripts = [keywords.before_script, keywords.script, keywords.after_script]
      .flat(4)
      .filter((each) => typeof each === "string");
    const text = scripts.join("\n");
    for (const [, assigned] of text.matchAll(
      /(?:^|[\s;(])(?:local |export |readonly |declare )?([A-Za-z_]\w*)=|\bfor ([A-Za-z_]\w*) in\b|\bread (?:-\w+ )*([A-Za-z_]\w*)/g,
    ))
      if (assigned) own.add(assigned);
    for (const [, plain, braced] of text.matchAll(
      /\$(?:([A-Z][A-Z0-9_]{2,})|\{([A-Z][A-Z0-9_]{2,})[}:#%/-])/g,
    )) {
      const name = plain ?? braced ?? "";
      if (
        !own.has(name) &&
        !/^(CI|GITLAB)_|^(CI|PATH|HOME|USER|PWD|TMPDIR|BASH\w*|SECONDS|RANDOM|LINENO|EUID|UID|IFS|HOSTNAME|SHELL|PIPESTATUS|FUNCNAME|OPTARG|OPTIND|REPLY)$/.test(
          name,
        )
      )
        reads.add(name);
    }
  }
  return reads;
}

function namesOf(value: JsonValue | undefined): string[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

/** What came with which GitLab, from the table of the room `version`: the latest of what the file uses. */
function neededVersion(
  header: YamlMap | undefined,
  inputs: readonly Input[],
  content: YamlMap,
): ComponentInterface["needs"] {
  const spec = header?.get("spec");
  const blocks = textsOf(content).flatMap((text) => findBlocks(text));
  const calls = blocks.flatMap(({ data }) =>
    data
      .split("|")
      .slice(1)
      .map((call) => /^\s*(\w+)/.exec(call)?.[1] ?? ""),
  );
  const uses: [boolean, FeatureName, string][] = [
    [calls.includes("split"), "function:split", "the function split"],
    [
      inputs.some((each) => each.type === "array" && each.options),
      "spec:inputs:options:array",
      "options of an array input",
    ],
    [
      blocks.some(({ data }) => /^inputs\.[\w-]+\[\d+\]/.test(data)),
      "block:items",
      "an index into an array input",
    ],
    [isMap(spec) && spec.has("description"), "spec:description", "spec:description"],
    [inputs.some((each) => each.rules), "spec:inputs:rules", "rules of an input"],
    [readComponentFields(header).length > 0, "spec:component", "spec:component"],
    [calls.includes("posix_escape"), "function:posix_escape", "the function posix_escape"],
  ];
  let needs: ComponentInterface["needs"] = { version: [17, 0], because: "inputs" };
  for (const [isUsed, row, because] of uses) {
    const { major, minor } = parseGitLabVersion(sinceOf(row) ?? "")!;
    const isNewer = major > needs.version[0] || (major === needs.version[0] && minor > needs.version[1]);
    if (isUsed && isNewer) needs = { version: [major, minor], because };
  }
  return needs;
}

/** All keys and values that are text. */
function textsOf(value: YamlValue): string[] {
  if (typeof value === "string") return [value];
  if (value instanceof YamlList) return value.items.flatMap(textsOf);
  return isMap(value)
    ? [...value.entries()].flatMap((entry) => [...textsOf(entry.key), ...textsOf(entry.value)])
    : [];
}
