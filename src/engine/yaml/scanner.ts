import { findForbiddenCharacter, isBlankOrEnd, isBreak, isBreakOrEnd, SPACE, TAB } from "./characters.ts";
import { Cursor } from "./cursor.ts";
import { scanBlockScalar, scanPlainScalar, scanQuotedScalar } from "./scan-scalars.ts";
import { scanAnchor, scanDirective, scanTag } from "./scan-tags.ts";
import { type Mark, type Token, type TokenKind, YamlSyntaxError } from "./tokens.ts";

/** A spot that becomes a mapping key if a `:` follows on the same line, within 1,024 characters. */
interface SimpleKey {
  readonly required: boolean;
  readonly tokenNumber: number;
  readonly mark: Mark;
}

/** Allowed at the start of each line. */
const BYTE_ORDER_MARK = 0xfeff;

/** How far a key may be from its `:` (YAML 1.1, section 7.3.2). */
const SIMPLE_KEY_LENGTH = 1024;

/**
 * Text to tokens, the way libyaml 0.2.5 does it: GitLab's verdict on syntax is libyaml's, down to the wording.
 * (The `yaml` package reads by YAML 1.2 and mends what it can; on one case in fifty it decides otherwise.)
 */
export class Scanner {
  private readonly cursor: Cursor;
  /** Tokens found and not yet taken; `head` is the next one, `taken` the number of those before it. */
  private tokens: Token[] = [];
  private head = 0;
  private taken = 0;
  private ended = false;
  private flowLevel = 0;
  private indent = -1;
  private readonly indents: number[] = [];
  private simpleKeyAllowed = true;
  private readonly simpleKeys: (SimpleKey | undefined)[] = [undefined];
  /** No flow level below this one holds a live simple key. */
  private lowestKeyLevel = 0;

  constructor(text: string) {
    this.cursor = new Cursor(text);
    const forbidden = findForbiddenCharacter(text);
    if (forbidden !== undefined) {
      const before = new Cursor(text.slice(0, forbidden));
      while (!before.atEnd) if (before.readBreak() === "") before.skip();
      throw new YamlSyntaxError("control characters are not allowed", before.mark());
    }
  }

  peek(): Token {
    while (this.needsMoreTokens()) this.fetchToken();
    return this.tokens[this.head]!;
  }

  next(): Token {
    const token = this.peek();
    this.head++;
    this.taken++;
    if (this.head > 64 && this.head * 2 > this.tokens.length) {
      this.tokens = this.tokens.slice(this.head);
      this.head = 0;
    }
    return token;
  }

  private needsMoreTokens(): boolean {
    if (this.head === this.tokens.length) return true;
    this.dropStaleRequiredKey();
    if (this.ended) return false;
    while (this.lowestKeyLevel < this.simpleKeys.length && this.liveKey(this.lowestKeyLevel) === undefined) {
      this.lowestKeyLevel++;
    }
    return this.simpleKeys[this.lowestKeyLevel]?.tokenNumber === this.taken;
  }

  private fetchToken(): void {
    const { cursor } = this;
    this.skipToNextToken();
    this.dropStaleRequiredKey();
    this.unrollIndent(cursor.column);
    if (cursor.atEnd) this.fetchStreamEnd();
    else if (!this.fetchDocumentMark() && !this.fetchIndicator()) this.fetchPlainScalar();
  }

  private fetchDocumentMark(): boolean {
    const { cursor } = this;
    if (cursor.column !== 0) return false;
    if (cursor.code() === 37) this.fetchDirective();
    else if (cursor.atDocumentIndicator()) {
      this.fetchDocumentIndicator(cursor.code() === 45 ? "document-start" : "document-end");
    } else return false;
    return true;
  }

  /** Takes the token that an indicator character begins; false when a plain scalar stands here. */
  private fetchIndicator(): boolean {
    const { cursor } = this;
    const flow = this.flowLevel > 0;
    const beforeBlank = isBlankOrEnd(cursor.code(1));
    switch (cursor.text.charAt(cursor.offset)) {
      case "[":
        this.fetchFlowStart("flow-sequence-start");
        return true;
      case "{":
        this.fetchFlowStart("flow-mapping-start");
        return true;
      case "]":
        this.fetchFlowEnd("flow-sequence-end");
        return true;
      case "}":
        this.fetchFlowEnd("flow-mapping-end");
        return true;
      case ",":
        this.fetchFlowEntry();
        return true;
      case "-":
        if (beforeBlank) this.fetchBlockEntry();
        return beforeBlank;
      case "?":
        if (flow || beforeBlank) this.fetchKey();
        return flow || beforeBlank;
      case ":":
        if (flow || beforeBlank) this.fetchValue();
        return flow || beforeBlank;
      case "*":
        this.fetchNodeToken(() => scanAnchor(cursor, "alias"));
        return true;
      case "&":
        this.fetchNodeToken(() => scanAnchor(cursor, "anchor"));
        return true;
      case "!":
        this.fetchNodeToken(() => scanTag(cursor, flow));
        return true;
      case "'":
      case '"':
        this.fetchNodeToken(() => scanQuotedScalar(cursor));
        return true;
      case "|":
      case ">":
        if (!flow) this.fetchBlockScalar(cursor.code() === 124);
        return !flow;
      default:
        return false;
    }
  }

  private skipToNextToken(): void {
    const { cursor } = this;
    for (;;) {
      const tabsAllowed = this.flowLevel > 0 || !this.simpleKeyAllowed;
      if (cursor.column === 0 && cursor.code() === BYTE_ORDER_MARK) cursor.skip();
      let offset = cursor.offset;
      for (let code = cursor.code(); code === SPACE || (tabsAllowed && code === TAB); ) {
        code = cursor.text.charCodeAt(++offset);
      }
      cursor.skipTo(offset);
      if (cursor.code() === 35) {
        while (!isBreakOrEnd(cursor.text.charCodeAt(offset))) offset++;
        cursor.skipTo(offset);
      }
      if (!isBreak(cursor.code())) return;
      cursor.readBreak();
      if (this.flowLevel === 0) this.simpleKeyAllowed = true;
    }
  }

  private push(kind: TokenKind, start: Mark, end: Mark = start): void {
    this.tokens.push({ kind, start, end, value: "", handle: "", plain: false });
  }

  private insert(tokenNumber: number, kind: TokenKind, mark: Mark): void {
    const token: Token = { kind, start: mark, end: mark, value: "", handle: "", plain: false };
    this.tokens.splice(this.head + tokenNumber - this.taken, 0, token);
  }

  private pushIndicator(kind: TokenKind, length = 1): void {
    const start = this.cursor.mark();
    this.cursor.skip(length);
    this.push(kind, start, this.cursor.mark());
  }

  // Simple keys.

  private liveKey(level: number): SimpleKey | undefined {
    const key = this.simpleKeys[level];
    if (key === undefined || !this.isStale(key)) return key;
    this.simpleKeys[level] = undefined;
    return undefined;
  }

  private isStale(key: SimpleKey): boolean {
    return key.mark.line < this.cursor.line || key.mark.index + SIMPLE_KEY_LENGTH < this.cursor.index;
  }

  /** Only block keys can be required, and those live at the bottom level. */
  private dropStaleRequiredKey(): void {
    const key = this.simpleKeys[0];
    if (key === undefined || !this.isStale(key)) return;
    if (key.required) this.failMissingColon(key);
    this.simpleKeys[0] = undefined;
  }

  private failMissingColon(key: SimpleKey): never {
    throw new YamlSyntaxError(
      "could not find expected ':'",
      this.cursor.mark(),
      "while scanning a simple key",
      key.mark,
    );
  }

  private saveSimpleKey(): void {
    if (!this.simpleKeyAllowed) return;
    const mark = this.cursor.mark();
    const required = this.flowLevel === 0 && this.indent === mark.column;
    const tokenNumber = this.taken + this.tokens.length - this.head;
    this.removeSimpleKey();
    this.simpleKeys[this.flowLevel] = { required, tokenNumber, mark };
    if (this.flowLevel < this.lowestKeyLevel) this.lowestKeyLevel = this.flowLevel;
  }

  private removeSimpleKey(): void {
    const key = this.simpleKeys[this.flowLevel];
    if (key?.required) this.failMissingColon(key);
    this.simpleKeys[this.flowLevel] = undefined;
  }

  // Indentation.

  private rollIndent(column: number, mark: Mark, kind: TokenKind, tokenNumber?: number): void {
    if (this.flowLevel > 0 || this.indent >= column) return;
    this.indents.push(this.indent);
    this.indent = column;
    if (tokenNumber === undefined) this.push(kind, mark);
    else this.insert(tokenNumber, kind, mark);
  }

  private unrollIndent(column: number): void {
    if (this.flowLevel > 0) return;
    while (this.indent > column) {
      this.push("block-end", this.cursor.mark());
      this.indent = this.indents.pop()!;
    }
  }

  // Tokens.

  private fetchStreamEnd(): void {
    this.cursor.forceNewLine();
    this.leaveDocument();
    this.ended = true;
    this.push("stream-end", this.cursor.mark());
  }

  private fetchDirective(): void {
    this.leaveDocument();
    this.tokens.push(scanDirective(this.cursor));
  }

  private fetchDocumentIndicator(kind: TokenKind): void {
    this.leaveDocument();
    this.pushIndicator(kind, 3);
  }

  private leaveDocument(): void {
    this.unrollIndent(-1);
    this.removeSimpleKey();
    this.simpleKeyAllowed = false;
  }

  private fetchFlowStart(kind: TokenKind): void {
    this.saveSimpleKey();
    this.flowLevel++;
    this.simpleKeys.push(undefined);
    this.simpleKeyAllowed = true;
    this.pushIndicator(kind);
  }

  private fetchFlowEnd(kind: TokenKind): void {
    this.removeSimpleKey();
    if (this.flowLevel > 0) {
      this.flowLevel--;
      this.simpleKeys.pop();
      this.lowestKeyLevel = Math.min(this.lowestKeyLevel, this.flowLevel);
    }
    this.simpleKeyAllowed = false;
    this.pushIndicator(kind);
  }

  private fetchFlowEntry(): void {
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.pushIndicator("flow-entry");
  }

  private fetchBlockEntry(): void {
    if (this.flowLevel === 0) this.startBlock("block-sequence-start", "block sequence entries");
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.pushIndicator("block-entry");
  }

  private fetchKey(): void {
    if (this.flowLevel === 0) this.startBlock("block-mapping-start", "mapping keys");
    this.removeSimpleKey();
    this.simpleKeyAllowed = this.flowLevel === 0;
    this.pushIndicator("key");
  }

  private fetchValue(): void {
    const key = this.liveKey(this.flowLevel);
    if (key !== undefined) {
      this.insert(key.tokenNumber, "key", key.mark);
      this.rollIndent(key.mark.column, key.mark, "block-mapping-start", key.tokenNumber);
      this.simpleKeys[this.flowLevel] = undefined;
      this.simpleKeyAllowed = false;
    } else {
      if (this.flowLevel === 0) this.startBlock("block-mapping-start", "mapping values");
      this.simpleKeyAllowed = this.flowLevel === 0;
    }
    this.pushIndicator("value");
  }

  private startBlock(kind: TokenKind, what: string): void {
    const mark = this.cursor.mark();
    if (!this.simpleKeyAllowed) {
      const problem = `${what} are not allowed in this context`;
      throw new YamlSyntaxError(problem, mark, undefined, mark);
    }
    this.rollIndent(mark.column, mark, kind);
  }

  private fetchNodeToken(scan: () => Token): void {
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    this.tokens.push(scan());
  }

  private fetchBlockScalar(literal: boolean): void {
    this.removeSimpleKey();
    this.simpleKeyAllowed = true;
    this.tokens.push(scanBlockScalar(this.cursor, literal, this.indent));
  }

  private fetchPlainScalar(): void {
    if (!startsPlainScalar(this.cursor.code())) {
      const mark = this.cursor.mark();
      const context = "while scanning for the next token";
      throw new YamlSyntaxError("found character that cannot start any token", mark, context, mark);
    }
    this.saveSimpleKey();
    this.simpleKeyAllowed = false;
    const { token, endsOnNewLine } = scanPlainScalar(this.cursor, this.flowLevel > 0, this.indent + 1);
    this.tokens.push(token);
    if (endsOnNewLine) this.simpleKeyAllowed = true;
  }
}

/** Asked only where no indicator was taken, so that `-`, `?` and `:` stand before other characters here. */
function startsPlainScalar(code: number): boolean {
  return !",[]{}#&*!|>'\"%@`".includes(String.fromCharCode(code)) && !isBlankOrEnd(code);
}
