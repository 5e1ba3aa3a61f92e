import { loadDocuments } from "../engine/contract/index.ts";
import { findBlocks } from "../engine/interpolation/index.ts";
import { Source, toYamlText, YamlList, YamlMap, type YamlValue } from "../engine/yaml/index.ts";

/** What stays of a template for an engine that can follow only the project's own files. */
export interface Outline {
  /** For a page: the contract and the jobs, without the text of scripts. */
  readonly text: string;
  /** The same with the scripts. */
  readonly whole: string;
  /** Includes that no page can follow: other projects, URLs, GitLab's own templates. */
  readonly left: readonly string[];
}

/**
 * Returns a template that the engine judges like the whole one, at a fraction of its size: of scripts only the `$[[ ]]` blocks stay, of
 * includes only the project's own files. Throws DocumentError and GitLabCrash where the file cannot be loaded.
 */
export function outlineOf(path: string, text: string, files: Readonly<Record<string, string>>): Outline {
  const { header, content } = loadDocuments(new Source(path, text));
  const left: string[] = [];
  const body = YamlMap.of(
    [...content.entries()].flatMap((entry) => {
      if (entry.key !== "include") return [entry];
      const value = ownIncludes(entry.value, files, left);
      return value.size > 0 ? [{ ...entry, value }] : [];
    }),
  );
  const slim = YamlMap.of(
    [...body.entries()].map((each) => ({
      ...each,
      value: String(each.key).startsWith(".") ? withoutParts(each.value) : withoutScripts(each.value),
    })),
  );
  return {
    text: textOf(header && withoutDescriptions(header), slim),
    whole: left.length === 0 ? text : textOf(header, body),
    left,
  };
}

function textOf(header: YamlMap | undefined, body: YamlMap): string {
  return `${header ? `${toYamlText(header)}---\n` : ""}${toYamlText(body)}`;
}

const SCRIPTS = new Set(["script", "before_script", "after_script"]);

function withoutScripts(job: YamlValue): YamlValue {
  if (!(job instanceof YamlMap)) return job;
  return YamlMap.of(
    [...job.entries()].map((entry) =>
      SCRIPTS.has(entry.key as string) ? { ...entry, value: blocksOf(entry.value) } : entry,
    ),
  );
}

/** A hidden job may hold parts of scripts under any key, for `!reference`: whatever has the length of a program is one. */
function withoutParts(job: YamlValue): YamlValue {
  if (!(job instanceof YamlMap)) return job;
  const slim = (value: YamlValue): YamlValue => {
    if (value instanceof YamlList) return new YamlList(value.items.map(slim));
    return typeof value === "string" && value.length > 500 ? blocksOf(value) : value;
  };
  const scripts = withoutScripts(job) as YamlMap;
  return YamlMap.of([...scripts.entries()].map((entry) => ({ ...entry, value: slim(entry.value) })));
}

/** A command that does nothing, with the blocks of the original: what is wrong with them is still found. */
function blocksOf(value: YamlValue): YamlValue {
  if (value instanceof YamlList) return new YamlList(value.items.map(blocksOf));
  if (typeof value !== "string") return value;
  const blocks = findBlocks(value).map((block) => block.text);
  // A block that is the whole line may be a list, which GitLab splices into the script.
  if (blocks.length === 1 && blocks[0] === value) return value;
  return [":", ...new Set(blocks)].join(" ");
}

function ownIncludes(value: YamlValue, files: Readonly<Record<string, string>>, left: string[]): YamlList {
  const items = value instanceof YamlList ? value.items : [value];
  return new YamlList(
    items.filter((item) => {
      const path = localPath(item);
      const isOwn = path !== undefined && (path.includes("$[[") || Object.hasOwn(files, path));
      if (!isOwn) left.push(nameOf(item));
      return isOwn;
    }),
  );
}

/** The path of `include: local:` from the project's root; undefined for everything else. */
export function localPath(item: YamlValue): string | undefined {
  const path = item instanceof YamlMap ? item.get("local") : item;
  return typeof path === "string" && !/^https?:\/\//.test(path) ? path.replace(/^\//, "") : undefined;
}

function nameOf(item: YamlValue): string {
  if (typeof item === "string") return item;
  if (!(item instanceof YamlMap)) return "an include";
  const kind = ["component", "project", "template", "remote", "local"].find((each) => item.has(each));
  return kind === undefined ? "an include" : String(item.get(kind));
}

function withoutDescriptions(header: YamlMap): YamlMap {
  const spec = header.get("spec");
  if (!(spec instanceof YamlMap)) return header;
  const inputs = spec.get("inputs");
  const slim = spec.copy();
  slim.delete("description");
  if (inputs instanceof YamlMap)
    slim.set("inputs", YamlMap.of([...inputs.entries()].map(withoutDescription)));
  return header.copy().set("spec", slim);
}

function withoutDescription<Kind extends { readonly value: YamlValue }>(entry: Kind): Kind {
  if (!(entry.value instanceof YamlMap)) return entry;
  const value = entry.value.copy();
  value.delete("description");
  return { ...entry, value };
}
