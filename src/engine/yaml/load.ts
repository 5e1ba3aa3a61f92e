import {
  type MappingNode,
  NestingError,
  type Node,
  parseFirstDocument,
  type ScalarNode,
  type SequenceNode,
} from "./parser.ts";
import { DisallowedClassError, resolvePlain } from "./resolve.ts";
import { Place, type Source } from "./source.ts";
import { type Mark, YamlSyntaxError } from "./tokens.ts";
import {
  BinaryValue,
  type Entry,
  FloatValue,
  Reference,
  SymbolValue,
  YamlList,
  YamlMap,
  type YamlScalar,
  type YamlValue,
} from "./values.ts";

/** The text cannot be loaded. `message` is GitLab's wording, `place` where the fault is. */
export class YamlError extends Error {
  override readonly name = "YamlError";
  readonly kind: YamlErrorKind;
  readonly place: Place;
  constructor(kind: YamlErrorKind, message: string, place: Place) {
    super(message);
    this.kind = kind;
    this.place = place;
  }
}

/** `syntax`: not YAML, or values GitLab does not load; `size`: too many or too deeply nested values; `crash`: GitLab fails with a server error. */
export type YamlErrorKind = "syntax" | "size" | "crash";

/** A loaded document: its value (null when the text is empty) and the value's place. */
export interface LoadedDocument {
  readonly value: YamlValue;
  readonly place: Place;
}

/**
 * Loads the first YAML document of a source, or of a part of it, as GitLab 18.11 does (Psych's `safe_load` with
 * symbols, aliases and `!reference`). Aliases share one value; one that contains itself is refused here.
 * Throws YamlError.
 */
export function loadYaml(source: Source, start = 0, end = source.text.length): LoadedDocument {
  const text = start === 0 && end === source.text.length ? source.text : source.text.slice(start, end);
  try {
    const node = parsed(text);
    const builder = new TreeBuilder(source, start);
    if (node === undefined) return { value: null, place: new Place(source, start, start) };
    return { value: builder.build(node), place: builder.place(node) };
  } catch (error) {
    if (error instanceof YamlSyntaxError) {
      const offset = start + faultOf(error).offset;
      throw new YamlError("syntax", error.message, new Place(source, offset, offset));
    }
    if (error instanceof NestingError) {
      const offset = start + error.offset;
      throw new YamlError("size", TOO_BIG, new Place(source, offset, offset + 1));
    }
    throw error;
  }
}

/** Parsed texts are kept: one run reads a component by itself, and again in everything that includes it. */
const kept = new Map<string, Node | undefined>();
const KEPT_TEXTS = 512;
const LONGEST_KEPT = 1024 * 1024;

function parsed(text: string): Node | undefined {
  if (kept.has(text)) return kept.get(text);
  const node = parseFirstDocument(text);
  if (text.length > LONGEST_KEPT) return node;
  if (kept.size >= KEPT_TEXTS) kept.clear();
  kept.set(text, node);
  return node;
}

/** Where a person looks for the fault: a quote that nothing closes ends at the end of the text. */
function faultOf({ context, contextMark, problemMark }: YamlSyntaxError): Mark {
  return context === "while scanning a quoted scalar" && contextMark !== undefined
    ? contextMark
    : problemMark;
}

/** GitLab's words for a document over its limits of size or depth. */
export const TOO_BIG = "The parsed YAML is too big";

const REFERENCE_TAG = "!reference";
const STRING_TAG = /^!(?:str|ruby\/string)(?::(.*))?$/;
const STANDARD = "tag:yaml.org,2002:";

/** Stands for a collection that is still being built: an alias to it is a cycle. */
const UNFINISHED = Symbol("unfinished");

class TreeBuilder {
  private readonly source: Source;
  private readonly base: number;
  private readonly anchors = new Map<string, YamlValue | typeof UNFINISHED>();

  constructor(source: Source, base: number) {
    this.source = source;
    this.base = base;
  }

  place(node: Node): Place {
    return new Place(this.source, this.base + node.start, this.base + node.end);
  }

  build(node: Node): YamlValue {
    if (node.kind === "alias") return this.resolveAlias(node.name, node);
    if (node.tag === REFERENCE_TAG) return this.buildReference(node);
    // A collection can be named before it is complete, so that it may contain itself.
    if (node.anchor !== undefined && node.kind !== "scalar") this.anchors.set(node.anchor, UNFINISHED);
    const value = this.buildUntagged(node);
    if (node.anchor !== undefined) this.anchors.set(node.anchor, value);
    return value;
  }

  private buildUntagged(node: Exclude<Node, { kind: "alias" }>): YamlValue {
    switch (node.kind) {
      case "scalar":
        return this.buildScalar(node);
      case "sequence":
        return this.buildTaggedSequence(node);
      case "mapping":
        return this.buildTaggedMapping(node);
    }
  }

  private resolveAlias(name: string, node: Node): YamlValue {
    const value = this.anchors.get(name);
    if (value === UNFINISHED) throw new YamlError("size", TOO_BIG, this.place(node));
    if (value === undefined) {
      throw new YamlError("syntax", `An alias referenced an unknown anchor: ${name}`, this.place(node));
    }
    return value;
  }

  /** Psych does not register the anchor of a value with a class of its own. */
  private buildReference(node: Exclude<Node, { kind: "alias" }>): Reference {
    if (node.kind === "mapping") for (const child of node.children) this.build(child);
    return new Reference(node.kind === "sequence" ? this.buildSequence(node) : new YamlList([]));
  }

  private buildScalar(node: ScalarNode): YamlScalar {
    try {
      return resolveScalar(node);
    } catch (error) {
      if (error instanceof DisallowedClassError)
        throw new YamlError("syntax", error.message, this.place(node));
      if (error instanceof RangeError) throw new YamlError("crash", error.message, this.place(node));
      throw error;
    }
  }

  private buildTaggedSequence(node: SequenceNode): YamlList | YamlMap {
    if (node.tag === undefined) return this.buildSequence(node);
    const className = /^!(?:seq|ruby\/array):(.+)$/.exec(node.tag)?.[1];
    if (className !== undefined) throw this.disallowed(className, node);
    return node.tag === "!omap" || node.tag === `${STANDARD}omap`
      ? this.buildOrderedMap(node)
      : this.buildSequence(node);
  }

  /** `!!omap [a: 1, b: 2]`: the first key of each item with its last value, as a mapping. Psych fails on items that hold nothing. */
  private buildOrderedMap({ children }: SequenceNode): YamlMap {
    const map = new YamlMap();
    for (const child of children) {
      const inside = "children" in child ? child.children : [];
      const keyNode = inside[0];
      const valueNode = inside.at(-1);
      if (keyNode === undefined || valueNode === undefined) {
        throw new YamlError("crash", "an item of an ordered map that holds nothing", this.place(child));
      }
      const key = this.build(keyNode);
      const value = this.build(valueNode);
      map.setEntry({ key, value, keyPlace: this.place(keyNode), valuePlace: this.place(valueNode) });
    }
    return map;
  }

  private buildTaggedMapping(node: MappingNode): YamlValue {
    if (node.tag === `${STANDARD}str` || node.tag === "!str" || node.tag === "!ruby/string")
      return this.buildString(node);
    const className = node.tag === undefined ? undefined : classOfMapping(node.tag);
    if (className !== undefined) throw this.disallowed(className, node);
    return this.buildMapping(node);
  }

  /** A mapping under a tag for text: Psych takes what stands under `str`, and fails where there is no such key, or another. */
  private buildString(node: MappingNode): YamlValue {
    let text: YamlValue = null;
    const { children } = node;
    for (let index = 0; index < children.length; index += 2) {
      const key = this.build(children[index]!);
      const value = this.build(children[index + 1]!);
      if (key !== "str") throw new YamlError("crash", "a text with members", this.place(node));
      text = value;
    }
    return text;
  }

  private disallowed(className: string, node: Node): YamlError {
    return new YamlError("syntax", new DisallowedClassError(className).message, this.place(node));
  }

  private buildSequence({ children }: SequenceNode): YamlList {
    const items: YamlValue[] = [];
    const places: Place[] = [];
    for (const child of children) {
      items.push(this.build(child));
      places.push(this.place(child));
    }
    return new YamlList(items, places);
  }

  private buildMapping(node: MappingNode): YamlMap {
    const map = new YamlMap();
    const { children } = node;
    for (let index = 0; index < children.length; index += 2) {
      const keyNode = children[index]!;
      const valueNode = children[index + 1]!;
      const key = this.build(keyNode);
      const value = this.build(valueNode);
      if (key === "<<" && keyNode.tag !== `${STANDARD}str` && this.merge(map, valueNode, value)) continue;
      // GitLab turns the keys of a loaded document into symbols, so that `:a` and `a` become one key.
      const name = key instanceof SymbolValue ? key.name : key;
      const earlier = map.entry(name);
      if (earlier !== undefined && this.isWrittenIn(node, earlier)) map.noteReplaced(earlier);
      map.setEntry({ key: name, value, keyPlace: this.place(keyNode), valuePlace: this.place(valueNode) });
    }
    return map;
  }

  /** False for an entry that a merge key brought: that one is there to be replaced. */
  private isWrittenIn({ children }: MappingNode, { keyPlace }: Entry): boolean {
    const start = keyPlace === undefined ? undefined : keyPlace.start - this.base;
    return children.some((child, index) => index % 2 === 0 && child.start === start);
  }

  /** Psych's merge key: written among the other keys, it overrides those before it. False when it stays a plain key. */
  private merge(map: YamlMap, node: Node, value: YamlValue): boolean {
    if (node.kind === "alias" || node.kind === "mapping") {
      if (!(value instanceof YamlMap)) return false;
      for (const entry of value.entries()) map.setEntry(entry);
      return true;
    }
    if (node.kind !== "sequence") return false;
    if (value instanceof Reference) {
      const message = "undefined method 'reverse_each' for a !reference under a merge key";
      throw new YamlError("crash", message, this.place(node));
    }
    if (!(value instanceof YamlList)) return false;
    const merged = new YamlMap();
    for (const item of value.items.toReversed()) {
      if (!(item instanceof YamlMap)) return false;
      for (const entry of item.entries()) merged.setEntry(entry);
    }
    for (const entry of merged.entries()) map.setEntry(entry);
    return true;
  }
}

/** The Ruby class that a tag asks a mapping to become; undefined for tags that Psych ignores. */
function classOfMapping(tag: string): string | undefined {
  if (tag === "!set" || tag === `${STANDARD}set`) return "Psych::Set";
  if (tag === "!omap" || tag === `${STANDARD}omap`) return "Psych::Omap";
  if (tag === "!ruby/range") return "Range";
  const [, kind, name] =
    /^!ruby\/(object|struct|exception|hash|hash-with-ivars|array|sym|string):?(.*)$/.exec(tag) ?? [];
  if (kind === "object") return name || "Object";
  if (kind === "struct") return name || "Struct";
  if (kind === "exception") return name || "Exception";
  return name || /^!(?:map|str):(.+)$/.exec(tag)?.[1];
}

/** What a scalar under a tag means to Psych; tags it does not know are ignored. */
function resolveScalar({ value, tag, quoted }: ScalarNode): YamlScalar {
  if (quoted) return value;
  if (tag === undefined) return resolvePlain(value);
  if (tag === "!binary" || tag === `${STANDARD}binary`) return decodeBinary(value);
  if (tag === `${STANDARD}str`) return value;
  const string = STRING_TAG.exec(tag);
  if (string !== null) {
    if (string[1]) throw new DisallowedClassError(string[1]);
    return value;
  }
  if (tag === "!float" || tag === `${STANDARD}float`) return toFloat(resolvePlain(value));
  if (/^!ruby\/sym(?:bol)?:?/.test(tag)) return new SymbolValue(value);
  const forbidden = FORBIDDEN_TAGS[tag];
  if (forbidden !== undefined) throw new DisallowedClassError(forbidden);
  return resolvePlain(value);
}

const FORBIDDEN_TAGS: Readonly<Record<string, string>> = {
  "!ruby/regexp": "Regexp",
  "!ruby/range": "Range",
  "!ruby/object:BigDecimal": "BigDecimal",
  "!ruby/object:DateTime": "DateTime",
  "!ruby/object:Complex": "Complex",
  "!ruby/object:Rational": "Rational",
  "!ruby/encoding": "Encoding",
  "!ruby/class": "Class",
  "!ruby/module": "Module",
};

function decodeBinary(text: string): string | BinaryValue {
  const bytes = Buffer.from(base64Digits(text), "base64");
  const decoded = bytes.toString("utf8");
  return Buffer.from(decoded, "utf8").equals(bytes) ? decoded : new BinaryValue(bytes);
}

/** What Ruby's `unpack("m")` reads: all else is skipped, and `=` ends the text where at least half of a group stands. */
function base64Digits(text: string): string {
  let digits = "";
  for (const character of text) {
    if (/[A-Za-z0-9+/]/.test(character)) digits += character;
    else if (character === "=" && digits.length % 4 >= 2) break;
  }
  return digits;
}

/** What Ruby's `Float()` takes, with single underscores between digits. */
const RUBY_FLOAT = /^\s*[-+]?(?:\d+(?:_\d+)*)?(?:(?<=\d)|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+(?:_\d+)*)?\s*$/;

function toFloat(value: YamlScalar): FloatValue {
  if (value instanceof FloatValue) return value;
  if (typeof value === "number" || typeof value === "bigint") return new FloatValue(Number(value));
  if (typeof value === "string" && RUBY_FLOAT.test(value)) {
    return new FloatValue(Number(value.replaceAll("_", "")));
  }
  throw new RangeError(`invalid value for Float(): ${JSON.stringify(value)}`);
}
