import { Scanner } from "./scanner.ts";
import { type Mark, type Token, type TokenKind, YamlSyntaxError } from "./tokens.ts";

/** What one document holds, before values are resolved. `start` and `end` are offsets into the parsed text. */
export type Node = ScalarNode | SequenceNode | MappingNode | AliasNode;

interface NodeBase {
  readonly start: number;
  readonly end: number;
  readonly anchor: string | undefined;
  /** The full tag, such as `tag:yaml.org,2002:str` or `!reference`; undefined when there is none. */
  readonly tag: string | undefined;
}
export interface ScalarNode extends NodeBase {
  readonly kind: "scalar";
  readonly value: string;
  /** Written in quotes or as a block, without a tag: text, whatever it looks like. */
  readonly quoted: boolean;
}
export interface SequenceNode extends NodeBase {
  readonly kind: "sequence";
  readonly children: readonly Node[];
}
export interface MappingNode extends NodeBase {
  readonly kind: "mapping";
  /** Keys and values in turn. */
  readonly children: readonly Node[];
}
export interface AliasNode extends NodeBase {
  readonly kind: "alias";
  readonly name: string;
}

/** More levels than any configuration needs; GitLab itself refuses more than 100 once the text is loaded. */
export class NestingError extends Error {
  override readonly name = "NestingError";
  readonly offset: number;
  constructor(offset: number) {
    super("nested too deeply");
    this.offset = offset;
  }
}

const DEEPEST_LEVEL = 1000;

/**
 * Parses the first document of a text; undefined when there is none. Nothing after that document is looked at,
 * as in Psych's `safe_load`. Throws YamlSyntaxError, and NestingError beyond 1,000 levels.
 */
export function parseFirstDocument(text: string): Node | undefined {
  return new Parser(text).parseDocument();
}

const SHORT_TAGS: Readonly<Record<string, string>> = { "!": "!", "!!": "tag:yaml.org,2002:" };

/** Tokens to nodes: the grammar of libyaml's parser, a method for each of its productions. */
class Parser {
  private readonly scanner: Scanner;
  private handles: Record<string, string> = { ...SHORT_TAGS };
  private level = 0;
  /** The end of the last token that carried content: where a block collection ends for people. */
  private contentEnd = 0;

  constructor(text: string) {
    this.scanner = new Scanner(text);
  }

  parseDocument(): Node | undefined {
    const first = this.scanner.peek().kind;
    if (first === "stream-end") return undefined;
    const explicit = first === "version-directive" || first === "tag-directive" || first === "document-start";
    if (explicit) this.parseDirectives();
    const node = explicit ? this.parseDocumentContent() : this.parseNode(true, false);
    // Asking for the next token is what makes libyaml report faults right behind the document.
    this.scanner.peek();
    return node;
  }

  private parseDirectives(): void {
    let versionSeen = false;
    for (;;) {
      const token = this.scanner.peek();
      if (token.kind === "version-directive") {
        if (versionSeen) throw new YamlSyntaxError("found duplicate %YAML directive", token.start);
        if (!/^1\.[12]$/.test(token.value))
          throw new YamlSyntaxError("found incompatible YAML document", token.start);
        versionSeen = true;
      } else if (token.kind === "tag-directive") {
        if (token.handle in this.handles && !(token.handle in SHORT_TAGS)) {
          throw new YamlSyntaxError("found duplicate %TAG directive", token.start);
        }
        this.handles[token.handle] = token.value;
      } else break;
      this.scanner.next();
    }
    const token = this.scanner.peek();
    if (token.kind !== "document-start") {
      throw new YamlSyntaxError("did not find expected <document start>", token.start);
    }
    this.scanner.next();
  }

  private parseDocumentContent(): Node {
    const token = this.scanner.peek();
    const ends: readonly TokenKind[] = [
      "version-directive",
      "tag-directive",
      "document-start",
      "document-end",
      "stream-end",
    ];
    return ends.includes(token.kind) ? emptyScalar(token.start) : this.parseNode(true, false);
  }

  private parseNode(block: boolean, indentlessSequence: boolean): Node {
    let token = this.scanner.peek();
    if (token.kind === "alias") {
      this.take();
      const { start, end, value } = token;
      return {
        kind: "alias",
        start: start.offset,
        end: end.offset,
        name: value,
        anchor: undefined,
        tag: undefined,
      };
    }
    const start = token.start;
    let end = token.start;
    let anchor: string | undefined;
    let tagToken: Token | undefined;
    while (
      (token.kind === "anchor" && anchor === undefined) ||
      (token.kind === "tag" && tagToken === undefined)
    ) {
      if (token.kind === "anchor") anchor = token.value;
      else tagToken = token;
      end = token.end;
      this.take();
      token = this.scanner.peek();
    }
    const tag = this.resolveTag(tagToken, start);
    if (token.kind === "scalar") {
      this.take();
      const quoted = tag === undefined && !token.plain;
      return scalarNode(start.offset, token.end.offset, anchor, tag, token.value, quoted);
    }
    const base = { start: start.offset, anchor, tag };
    switch (token.kind) {
      case "flow-sequence-start":
        return this.parseCollection("sequence", base, () => this.parseFlowSequence());
      case "flow-mapping-start":
        return this.parseCollection("mapping", base, () => this.parseFlowMapping());
      case "block-entry":
        if (indentlessSequence)
          return this.parseCollection("sequence", base, () => this.parseIndentlessSequence());
        break;
      case "block-sequence-start":
        if (block) return this.parseCollection("sequence", base, () => this.parseBlockSequence());
        break;
      case "block-mapping-start":
        if (block) return this.parseCollection("mapping", base, () => this.parseBlockMapping());
        break;
    }
    if (anchor !== undefined || tagToken !== undefined) {
      return scalarNode(start.offset, end.offset, anchor, tag, "", false);
    }
    const context = `while parsing a ${block ? "block" : "flow"} node`;
    throw new YamlSyntaxError("did not find expected node content", token.start, context, start);
  }

  private resolveTag(token: Token | undefined, nodeStart: Mark): string | undefined {
    if (token === undefined) return undefined;
    if (token.handle === "") return token.value;
    const prefix = this.handles[token.handle];
    if (prefix === undefined) {
      throw new YamlSyntaxError("found undefined tag handle", token.start, "while parsing a node", nodeStart);
    }
    return prefix + token.value;
  }

  private parseCollection(
    kind: "sequence" | "mapping",
    base: { start: number; anchor: string | undefined; tag: string | undefined },
    parseChildren: () => Node[],
  ): Node {
    if (++this.level > DEEPEST_LEVEL) throw new NestingError(base.start);
    const children = parseChildren();
    this.level--;
    const { start, anchor, tag } = base;
    return { kind, start, end: Math.max(this.contentEnd, start), anchor, tag, children };
  }

  private parseBlockSequence(): Node[] {
    const start = this.take().start;
    const children: Node[] = [];
    for (;;) {
      const token = this.scanner.peek();
      if (token.kind === "block-entry") {
        this.take();
        children.push(this.parseOrEmpty(token.end, ["block-entry", "block-end"], true, false));
      } else if (token.kind === "block-end") {
        this.scanner.next();
        return children;
      } else {
        const problem = "did not find expected '-' indicator";
        throw new YamlSyntaxError(problem, token.start, "while parsing a block collection", start);
      }
    }
  }

  private parseIndentlessSequence(): Node[] {
    const children: Node[] = [];
    for (let token = this.scanner.peek(); token.kind === "block-entry"; token = this.scanner.peek()) {
      this.take();
      children.push(this.parseOrEmpty(token.end, ["block-entry", "key", "value", "block-end"], true, false));
    }
    return children;
  }

  private parseBlockMapping(): Node[] {
    const start = this.scanner.next().start;
    const children: Node[] = [];
    const ends: readonly TokenKind[] = ["key", "value", "block-end"];
    for (;;) {
      const token = this.scanner.peek();
      if (token.kind === "block-end") {
        this.scanner.next();
        return children;
      }
      if (token.kind !== "key") {
        const problem = "did not find expected key";
        throw new YamlSyntaxError(problem, token.start, "while parsing a block mapping", start);
      }
      this.take();
      children.push(this.parseOrEmpty(token.end, ends, true, true));
      const value = this.scanner.peek();
      if (value.kind === "value") {
        this.take();
        children.push(this.parseOrEmpty(value.end, ends, true, true));
      } else {
        children.push(emptyScalar(value.start));
      }
    }
  }

  private parseFlowSequence(): Node[] {
    const start = this.take().start;
    const children: Node[] = [];
    while (this.scanner.peek().kind !== "flow-sequence-end") {
      if (children.length > 0) this.takeComma(start, "sequence", "]");
      const token = this.scanner.peek();
      if (token.kind === "flow-sequence-end") break;
      if (token.kind === "key") children.push(this.parseSinglePair());
      else children.push(this.parseNode(false, false));
    }
    this.take();
    return children;
  }

  /** `[key: value]`: a mapping of one pair inside a sequence. */
  private parseSinglePair(): Node {
    const base = { start: this.scanner.peek().start.offset, anchor: undefined, tag: undefined };
    return this.parseCollection("mapping", base, () => {
      const key = this.take();
      const ends: readonly TokenKind[] = ["value", "flow-entry", "flow-sequence-end"];
      const keyIsEmpty = ends.includes(this.scanner.peek().kind);
      const pair = [keyIsEmpty ? emptyScalar(key.end) : this.parseNode(false, false)];
      // libyaml drops the token behind an empty key, so that `[? : b]` is refused.
      if (keyIsEmpty) this.take();
      const token = this.scanner.peek();
      if (token.kind === "value") {
        this.take();
        pair.push(
          this.parseOrEmpty(this.scanner.peek().start, ["flow-entry", "flow-sequence-end"], false, false),
        );
      } else {
        pair.push(emptyScalar(token.start));
      }
      return pair;
    });
  }

  private parseFlowMapping(): Node[] {
    const start = this.take().start;
    const children: Node[] = [];
    const ends: readonly TokenKind[] = ["flow-entry", "flow-mapping-end"];
    while (this.scanner.peek().kind !== "flow-mapping-end") {
      if (children.length > 0) this.takeComma(start, "mapping", "}");
      const token = this.scanner.peek();
      if (token.kind === "flow-mapping-end") break;
      if (token.kind !== "key") {
        // A lone node is a key without a value; a `:` behind it is not accepted.
        children.push(this.parseNode(false, false), emptyScalar(this.scanner.peek().start));
        continue;
      }
      this.take();
      children.push(this.parseOrEmpty(this.scanner.peek().start, ["value", ...ends], false, false));
      const value = this.scanner.peek();
      if (value.kind === "value") {
        this.take();
        children.push(this.parseOrEmpty(this.scanner.peek().start, ends, false, false));
      } else {
        children.push(emptyScalar(value.start));
      }
    }
    this.take();
    return children;
  }

  private takeComma(start: Mark, kind: "sequence" | "mapping", closing: string): void {
    const token = this.scanner.peek();
    if (token.kind !== "flow-entry") {
      const problem = `did not find expected ',' or '${closing}'`;
      throw new YamlSyntaxError(problem, token.start, `while parsing a flow ${kind}`, start);
    }
    this.take();
  }

  private parseOrEmpty(
    at: Mark,
    ends: readonly TokenKind[],
    block: boolean,
    indentlessSequence: boolean,
  ): Node {
    return ends.includes(this.scanner.peek().kind)
      ? emptyScalar(at)
      : this.parseNode(block, indentlessSequence);
  }

  private take(): Token {
    const token = this.scanner.next();
    this.contentEnd = token.end.offset;
    return token;
  }
}

function emptyScalar({ offset }: Mark): Node {
  return scalarNode(offset, offset, undefined, undefined, "", false);
}

/** Written out, because objects made by spreading others are slow to make, and there is one for each word of a text. */
function scalarNode(
  start: number,
  end: number,
  anchor: string | undefined,
  tag: string | undefined,
  value: string,
  quoted: boolean,
): ScalarNode {
  return { kind: "scalar", start, end, anchor, tag: tag === "!" ? undefined : tag, value, quoted };
}
