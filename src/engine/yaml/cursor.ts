import { isBreak } from "./characters.ts";
import type { Mark } from "./tokens.ts";

/** A reading position in the text that keeps line and column as libyaml counts them. */
export class Cursor {
  readonly text: string;
  offset = 0;
  line = 0;
  private lineOffset = 0;
  /** Surrogate pairs read so far in all, and those before the current line: libyaml counts them as one character. */
  private pairs = 0;
  private pairsBeforeLine = 0;
  private readonly hasPairs: boolean;
  /** The mark made last: one spot is often asked for several times. */
  private lastMark: Mark = { offset: 0, index: 0, line: 0, column: 0 };

  constructor(text: string) {
    this.text = text;
    this.hasPairs = /[\ud800-\udbff]/.test(text);
  }

  get column(): number {
    return this.offset - this.lineOffset - (this.pairs - this.pairsBeforeLine);
  }
  get index(): number {
    return this.offset - this.pairs;
  }
  /** The code at a distance; NaN past the end. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.offset + ahead);
  }
  get atEnd(): boolean {
    return this.offset >= this.text.length;
  }
  mark(): Mark {
    const { offset, line, lastMark } = this;
    if (lastMark.offset === offset && lastMark.line === line) return lastMark;
    this.lastMark = { offset, index: this.index, line, column: this.column };
    return this.lastMark;
  }

  /** Moves over characters that are no line breaks. */
  skipTo(offset: number): void {
    if (this.hasPairs) {
      for (let each = this.offset; each < offset; each++) {
        const code = this.text.charCodeAt(each);
        if (code >= 0xdc00 && code <= 0xdfff) this.pairs++;
      }
    }
    this.offset = offset;
  }
  skip(count = 1): void {
    this.skipTo(this.offset + count);
  }

  /** Moves over one line break and returns it as YAML normalizes it; an empty text when there is none. */
  readBreak(): string {
    const code = this.code();
    if (!isBreak(code)) return "";
    this.offset += code === 13 && this.code(1) === 10 ? 2 : 1;
    this.line++;
    this.lineOffset = this.offset;
    this.pairsBeforeLine = this.pairs;
    return code === 0x2028 ? "\u2028" : code === 0x2029 ? "\u2029" : "\n";
  }

  /** At the end of the stream libyaml pretends a new line. */
  forceNewLine(): void {
    if (this.column === 0) return;
    this.line++;
    this.lineOffset = this.offset;
    this.pairsBeforeLine = this.pairs;
  }

  /** `---` or `...` at the start of a line, followed by white space or the end. */
  atDocumentIndicator(): boolean {
    if (this.column !== 0) return false;
    const code = this.code();
    if (code !== 45 && code !== 46) return false;
    if (this.code(1) !== code || this.code(2) !== code) return false;
    const after = this.code(3);
    return Number.isNaN(after) || after === 32 || after === 9 || isBreak(after);
  }
}
