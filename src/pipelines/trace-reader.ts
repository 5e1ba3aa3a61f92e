import { readTrace } from "./trace-lines.ts";

/** Where a section begins or ends, as the runner marks it. */
const mark = /section_(?<what>start|end):\d+:(?<name>[A-Za-z0-9_.-]+)/g;

/** Reads a trace that comes in parts, and tells each line as a person would read it, once it is whole, and the section that it is in. */
export class LineReader {
  private readonly tell: (line: string, section: string | undefined) => void;
  private readonly sections: string[] = [];
  private rest = "";

  constructor(tell: (line: string, section: string | undefined) => void) {
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

  /** A line may end one section, begin the next one, and hold that one's title. */
  private show(line: string): void {
    for (const { groups } of line.matchAll(mark)) {
      if (groups?.what === "start") this.sections.push(groups.name ?? "");
      else if (this.sections.at(-1) === groups?.name) this.sections.pop();
    }
    for (const { text } of readTrace(line)) this.tell(text, this.sections[0]);
  }
}
