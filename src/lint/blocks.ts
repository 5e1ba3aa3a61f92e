import { Place, type Source } from "../engine/yaml/source.ts";
import { type Entry, Reference, YamlList, YamlMap, type YamlValue } from "../engine/yaml/values.ts";
import { type OffsetOf, scalarOffsets } from "./scalar-offsets.ts";

/** The way to a value from the root of the document: keys as text, list indices as numbers. */
export type Path = readonly (string | number)[];

/** One string of the document, a key or a value, with the place of each of its characters. */
export interface TextNode {
  readonly value: string;
  /** Where the text stands; for an alias, the text behind the anchor that it names. */
  readonly place: Place;
  /** Where the value is used: the alias, or the same as `place`. */
  readonly use: Place;
  readonly path: Path;
  readonly isKey: boolean;
  /** The place of the characters from `from` up to `to` of the value; the whole scalar if the text cannot be followed. */
  readonly at: (from: number, to: number) => Place;
}

/** A function in a block, such as `truncate(0,8)`. */
export interface BlockFunction {
  readonly name: string;
  readonly text: string;
}

/** One `$[[ … ]]`. */
export interface Block {
  readonly node: TextNode;
  /** Where the block stands in the node's value. */
  readonly from: number;
  readonly to: number;
  readonly place: Place;
  /** The text between the brackets, trimmed. */
  readonly expression: string;
  /** `inputs`, `component`, `matrix`, or whatever stands before the first dot. */
  readonly context: string;
  /** The segment after the first dot, without indices: the name of the input or the component's field. */
  readonly name: string;
  readonly functions: readonly BlockFunction[];
  /** True if the scalar is nothing but this block: the value then keeps the input's type. */
  readonly isWhole: boolean;
}

/** Lists every string of a tree, keys and values, in the order of the text. */
export function textNodes(root: YamlValue, source: Source): TextNode[] {
  const nodes: TextNode[] = [];
  const seen = new Set<number>();
  const anchors = new Map<string, Place>();
  const add = (value: YamlValue, place: Place | undefined, path: Path, isKey: boolean) => {
    if (typeof value !== "string" || place === undefined) return;
    const id = place.start * 2 + (isKey ? 1 : 0);
    if (seen.has(id)) return;
    seen.add(id);
    nodes.push(textNode(value, textPlace(place, source, anchors), place, path, isKey, source));
  };
  const visit = (value: YamlValue, place: Place | undefined, path: Path): void => {
    if (value instanceof YamlMap) {
      for (const entry of value.entries()) {
        const inner = [...path, keyText(entry)];
        add(entry.key, entry.keyPlace, inner, true);
        visit(entry.value, entry.valuePlace, inner);
      }
    } else if (value instanceof YamlList) {
      for (const [index, item] of value.items.entries()) visit(item, value.places[index], [...path, index]);
    } else if (!(value instanceof Reference)) {
      add(value, place, path, false);
    }
  };
  visit(root, undefined, []);
  return nodes;
}

/** Lists the interpolation blocks of some nodes; `$[[ matrix.X ]]`, which is left to the runner, included. */
export function findBlocks(nodes: readonly TextNode[]): Block[] {
  return nodes.flatMap((node) =>
    node.value.includes("$[[")
      ? [...node.value.matchAll(/\$\[\[(.*?)\]\]/gs)].map((match) => describe(node, match))
      : [],
  );
}

/** The text of a key as GitLab shows it. */
export function keyText(entry: Entry): string {
  return typeof entry.key === "string" ? entry.key : String(entry.key);
}

function describe(node: TextNode, match: RegExpExecArray): Block {
  const expression = (match[1] ?? "").trim();
  const [access = "", ...functions] = expression.split("|").map((part) => part.trim());
  const [context = "", name = ""] = access.split(".");
  const to = match.index + match[0].length;
  return {
    node,
    from: match.index,
    to,
    get place() {
      return node.at(match.index, to);
    },
    expression,
    context: context.trim(),
    name: name.replace(/\[.*$/s, "").trim(),
    functions: functions.map((text) => ({ name: /^[^(\s]*/.exec(text)?.[0] ?? "", text })),
    isWhole: node.value.trim() === match[0],
  };
}

/** Goes from an alias (`*name`) to the text behind its anchor, and past the anchor (`&name`) that stands before a text. */
function textPlace(place: Place, source: Source, anchors: Map<string, Place>): Place {
  const sign = source.text[place.start];
  if (sign !== "*" && sign !== "&") return place;
  const mark = /^[*&]([^\s,[\]{}]+)[ \t]*/.exec(source.text.slice(place.start, place.end));
  if (mark === null) return place;
  const [whole, name = ""] = mark;
  if (sign === "*") return anchors.get(name) ?? place;
  const text = new Place(source, place.start + whole.length, place.end);
  anchors.set(name, text);
  return text;
}

function textNode(
  value: string,
  place: Place,
  use: Place,
  path: Path,
  isKey: boolean,
  source: Source,
): TextNode {
  let offsetOf: OffsetOf | undefined;
  let isDecoded = false;
  const at = (from: number, to: number): Place => {
    if (!isDecoded) {
      offsetOf = scalarOffsets(source.text, place.start, place.end, value);
      isDecoded = true;
    }
    const start = offsetOf?.(from);
    const last = offsetOf?.(Math.max(from, to - 1));
    if (start === undefined || last === undefined) return place;
    return new Place(source, start, to > from ? last + 1 : start);
  };
  return { value, place, use, path, isKey, at };
}
