import { type Place, Source, YamlMap } from "../engine/yaml/index.ts";
import { type Block, findBlocks, type TextNode, textNodes } from "./blocks.ts";
import type { At } from "./diagnostic.ts";
import { type EngineError, loadFile } from "./engine.ts";
import { isWordInput } from "./free-inputs.ts";
import { declaredInputs, type InputDeclaration } from "./inputs.ts";
import { type Job, jobsOf } from "./jobs.ts";
import { type FileRole, roleOf } from "./role.ts";
import { type Script, scriptsOf } from "./shell/scripts.ts";

/** One file as the rules see it. */
export interface LintFile extends FileRole {
  readonly text: string;
  readonly source: Source;
  readonly hasHeader: boolean;
  readonly header: YamlMap | undefined;
  readonly spec: YamlMap | undefined;
  readonly body: YamlMap | undefined;
  /** Plausible values for the required inputs, as far as there are some. */
  readonly sample: YamlMap;
  readonly errors: readonly EngineError[];
  readonly inputs: readonly InputDeclaration[];
  readonly input: (name: string) => InputDeclaration | undefined;
  readonly jobs: readonly Job[];
  /** The strings of the body; `allNodes` also those of the header. */
  readonly nodes: readonly TextNode[];
  readonly allNodes: readonly TextNode[];
  /** The strings that a shell will read. */
  readonly scriptNodes: readonly TextNode[];
  readonly blocks: readonly Block[];
  readonly headerBlocks: readonly Block[];
  readonly scripts: readonly Script[];
  /** The blocks in the scripts of jobs and of `default`. */
  readonly scriptBlocks: readonly Block[];
  /** A text with each block replaced by its input's default; undefined if one has none. `at` is the default when it is all. */
  readonly withDefaults: (text: string) => { readonly text: string; readonly at: At | undefined } | undefined;
}

const scriptKeys = new Set(["script", "before_script", "after_script", "pre_get_sources_script"]);

/** Reads one file. Never throws: what is wrong stands in `errors`. */
export function readFile(path: string, text: string, role: FileRole = roleOf(path)): LintFile {
  const source = new Source(path, text);
  const { header, body, sample, errors } = loadFile(source);
  const specValue = header?.get("spec");
  const spec = specValue instanceof YamlMap ? specValue : undefined;
  const inputs = declaredInputs(spec);
  const byName = new Map(inputs.map((each) => [each.name, each]));
  const jobs = jobsOf(body);
  const nodes = body ? textNodes(body, source) : [];
  const headerNodes = header ? textNodes(header, source) : [];
  const blocks = findBlocks(nodes);
  const byPlace = new Map(nodes.filter((node) => !node.isKey).map((node) => [node.use.start, node]));
  const nodeAt = (place: Place | undefined) => (place === undefined ? undefined : byPlace.get(place.start));
  const isWord = (expression: string) => {
    const input = byName.get(/^inputs\.([^\s|[.]+)/.exec(expression)?.[1] ?? "");
    return input !== undefined && isWordInput(input);
  };
  return {
    ...role,
    text,
    source,
    hasHeader: header !== undefined,
    header,
    spec,
    body,
    sample,
    errors,
    inputs,
    input: (name) => byName.get(name),
    jobs,
    nodes,
    allNodes: [...headerNodes, ...nodes],
    scriptNodes: nodes.filter((node) => !node.isKey && isScript(node)),
    blocks,
    headerBlocks: findBlocks(headerNodes),
    scripts: scriptsOf(jobs, body, nodeAt, isWord),
    scriptBlocks: blocks.filter(({ node }) => isScript(node) && !node.isKey),
    withDefaults: (value) => withDefaults(value, byName),
  };
}

function isScript(node: TextNode): boolean {
  return node.path.slice(0, 3).some((key) => typeof key === "string" && scriptKeys.has(key));
}

function withDefaults(value: string, inputs: ReadonlyMap<string, InputDeclaration>) {
  let at: At | undefined;
  let isKnown = true;
  const text = value.replace(/\$\[\[\s*inputs\.([^\s|\][.]+)\s*\]\]/g, (whole: string, name: string) => {
    const entry = inputs.get(name)?.entry("default");
    if (typeof entry?.value !== "string") {
      isKnown = false;
      return whole;
    }
    if (whole === value.trim()) at = entry.valuePlace;
    return entry.value;
  });
  return isKnown && !text.includes("$[[") ? { text, at } : undefined;
}
