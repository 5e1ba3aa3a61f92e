import type { Place } from "../../engine/yaml/source.ts";
import { type Entry, YamlMap } from "../../engine/yaml/values.ts";
import type { TextNode } from "../blocks.ts";
import { itemsOf, type Job } from "../jobs.ts";
import { isReadByShell } from "./interpreter.ts";
import { maskBlocks, maskBlocksAsWords } from "./placeholders.ts";

/** One shell script as the runner would see it: the lines of a job's script sections, blocks masked. */
export interface Script {
  /** The job's name, or `default`. */
  readonly job: string;
  /** The text with a variable for each block. */
  readonly text: string;
  /** The same with a bare word for each block: what to read when the first text does not parse. */
  readonly wordText: string;
  /** The place of what stands between two positions (line and column from 1) of the text. */
  readonly at: (line: number, column: number, endLine: number, endColumn: number) => Place | undefined;
  /** What each placeholder stands for. */
  readonly names: ReadonlyMap<string, string>;
}

interface Part {
  readonly node: TextNode;
  /** The first line of the part in the script, from 1. */
  readonly firstLine: number;
  readonly lines: readonly string[];
}

/**
 * Lists the scripts of a file. `before_script` and `script` of one job run in one shell, so they are one script;
 * `after_script` runs in its own. What no shell reads (PowerShell, a Python entrypoint) is left out.
 * @see https://docs.gitlab.com/ci/yaml/#script
 */
export function scriptsOf(
  jobs: readonly Job[],
  body: YamlMap | undefined,
  nodeAt: (place: Place | undefined) => TextNode | undefined,
  isWord: (expression: string) => boolean,
): Script[] {
  const owners: { name: string; entry: (key: string) => Entry | undefined }[] = [...jobs];
  const defaults = body?.get("default");
  if (defaults instanceof YamlMap) owners.push({ name: "default", entry: (key) => defaults.entry(key) });
  if (body)
    owners.push({ name: "default", entry: (key) => (key === "script" ? undefined : body.entry(key)) });
  const readable = owners.filter((owner) =>
    isReadByShell(owner, jobs, defaults instanceof YamlMap ? defaults : body),
  );
  return readable.flatMap(({ name, entry }) => [
    ...script(name, [...itemsOf(entry("before_script")), ...itemsOf(entry("script"))], nodeAt, isWord),
    ...script(name, itemsOf(entry("after_script")), nodeAt, isWord),
    ...script(name, hookItems(entry("hooks")), nodeAt, isWord),
  ]);
}

function hookItems(hooks: Entry | undefined) {
  return hooks?.value instanceof YamlMap ? itemsOf(hooks.value.entry("pre_get_sources_script")) : [];
}

function script(
  job: string,
  items: readonly { value: unknown; place: Place | undefined }[],
  nodeAt: (place: Place | undefined) => TextNode | undefined,
  isWord: (expression: string) => boolean,
): Script[] {
  const parts: Part[] = [];
  let line = 1;
  for (const { value, place } of items) {
    const node = typeof value === "string" ? nodeAt(place) : undefined;
    if (node === undefined) continue;
    const lines = node.value.replace(/\n$/, "").split("\n");
    parts.push({ node, firstLine: line, lines });
    line += lines.length;
  }
  if (parts.length === 0) return [];
  const raw = parts.flatMap((part) => part.lines).join("\n");
  const hasBlocks = raw.includes("$[[");
  const masked = hasBlocks ? maskBlocks(raw, isWord) : { text: raw, names: new Map<string, string>() };
  const words = hasBlocks ? maskBlocksAsWords(raw) : masked;
  return [
    {
      job,
      text: `${masked.text}\n`,
      wordText: `${words.text}\n`,
      names: new Map([...masked.names, ...words.names]),
      at: (fromLine, fromColumn, toLine, toColumn) => placeOf(parts, fromLine, fromColumn, toLine, toColumn),
    },
  ];
}

function placeOf(
  parts: readonly Part[],
  line: number,
  column: number,
  endLine: number,
  endColumn: number,
): Place | undefined {
  const part = parts.findLast((each) => each.firstLine <= line) ?? parts[0];
  if (part === undefined) return undefined;
  const offset = (atLine: number, atColumn: number) => {
    const index = Math.min(atLine - part.firstLine, part.lines.length - 1);
    const before = part.lines.slice(0, Math.max(0, index)).reduce((sum, each) => sum + each.length + 1, 0);
    const width = part.lines[Math.max(0, index)]?.length ?? 0;
    return before + Math.min(atColumn - 1, width);
  };
  const from = offset(line, column);
  return part.node.at(from, Math.max(from, offset(endLine, endColumn)));
}
