import { readTrace } from "./trace-lines.ts";

/** Reads a trace that comes in parts, and tells each line as a person would read it, once it is whole. */
export class LineReader {
  private readonly tell: (line: string) => void;
  private rest = "";

  constructor(tell: (line: string) => void) {
    this.tell = tell;
  }

  write(text: string): void {
    const lines = (this.rest + text).split("\n");
    this.rest = lines.pop() ?? "";
    for (const line of lines) this.show(`${line}\n`);
  }

  /** The last line, which has no end. */
  end(): void {
    if (this.rest !== "") this.show(this.rest);
    this.rest = "";
  }

  private show(line: string): void {
    for (const { text } of readTrace(line)) this.tell(text);
  }
}
