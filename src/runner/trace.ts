import { Masker } from "./mask.ts";

/** GitLab Runner's default `output_limit`; a trace stops there, and says so. */
const limitBytes = 4 * 1024 * 1024;

export const colour = {
  reset: "\x1b[0;m",
  clear: "\x1b[0K",
  green: "\x1b[32;1m",
  cyan: "\x1b[36;1m",
  yellow: "\x1b[0;33m",
  red: "\x1b[31;1m",
} as const;

export interface TraceOptions {
  /** Gets the trace part by part, without secrets. */
  readonly write: (text: string) => void;
  readonly secrets: readonly string[];
  readonly prefixes: readonly string[];
  /** Begin each line with its time and stream (`FF_TIMESTAMPS`). */
  readonly timestamps: boolean;
}

/** What a job's processes write to. */
export interface OutputStream {
  write(text: string): void;
  /** Nothing follows: what was held back, in case it was a secret's beginning, is written. */
  end(): void;
}

/**
 * The trace of one job in the runner's form: its own lines, foldable sections, and what the job writes. Source of the form: traces of a
 * runner 17.5 (test/smoke/traces/runner.jsonl) and docs, ci/jobs/job_logs.
 */
export class JobTrace {
  private readonly options: TraceOptions;
  private readonly own: OutputStream;
  private written = 0;
  private full = false;

  constructor(options: TraceOptions) {
    this.options = options;
    this.own = this.open("00O");
  }

  /** A line of the runner's own. */
  line(text: string): void {
    this.own.write(`${colour.clear}${text}${colour.reset}\n`);
  }

  warning(text: string): void {
    this.own.write(`${colour.yellow}WARNING: ${text}${colour.reset}\n`);
  }

  /** The last line of a job. */
  verdict(text: string, passed: boolean): void {
    this.own.end();
    if (passed) this.own.write(`${colour.green}${text}${colour.reset}\n`);
    else this.own.write(`${colour.red}ERROR: ${text}\n${colour.reset}\n`);
    this.own.end();
  }

  /** Runs a part of the job inside of a foldable section with a title. Returns what it returns. */
  async section<Result>(name: string, title: string, run: () => Promise<Result>): Promise<Result> {
    const seconds = () => Math.floor(Date.now() / 1000);
    this.own.write(`section_start:${seconds()}:${name}\r`);
    this.own.write(colour.clear);
    this.line(`${colour.cyan}${title}${colour.reset}`);
    try {
      return await run();
    } finally {
      this.own.write(`section_end:${seconds()}:${name}\r`);
      this.own.write(colour.clear);
    }
  }

  /** A stream for what a job's process writes. */
  output(kind: "O" | "E" = "O"): OutputStream {
    return this.open(`01${kind}`);
  }

  private open(stream: string): OutputStream {
    const masker = new Masker(this.options.secrets, this.options.prefixes);
    const put = (text: string) => this.put(text);
    const lines = this.options.timestamps
      ? new TimedLines(stream, put)
      : { write: put, end: () => undefined };
    return {
      write: (text) => {
        const shown = masker.mask(text);
        if (shown !== "") lines.write(shown);
      },
      end: () => {
        const rest = masker.flush();
        if (rest !== "") lines.write(rest);
        lines.end();
      },
    };
  }

  private put(text: string): void {
    if (this.full) return;
    this.written += Buffer.byteLength(text);
    this.options.write(text);
    if (this.written <= limitBytes) return;
    this.full = true;
    this.options.write(
      `\n${colour.yellow}Job's log exceeded limit of ${limitBytes} bytes.\nJob execution will continue but no more output will be collected.${colour.reset}\n`,
    );
  }
}

/** So many characters of a line wait for its end, as with the runner. */
const longestHeld = 8 * 1024;

/** Writes whole lines, each with time and stream before it; `+` where it goes on from the stream's line before. */
class TimedLines implements OutputStream {
  private readonly stream: string;
  private readonly put: (text: string) => void;
  private begun: string | undefined;
  private goesOn = false;

  constructor(stream: string, put: (text: string) => void) {
    this.stream = stream;
    this.put = put;
  }

  write(text: string): void {
    const parts = text.split("\n");
    for (const [index, part] of parts.entries()) {
      const last = index === parts.length - 1;
      if (last && part === "") continue;
      this.begun ??= `${new Date().toISOString().replace("Z", "000Z")} ${this.stream}${this.goesOn ? "+" : " "}`;
      this.begun += part;
      // The runner hands a section's mark on as soon as it is written.
      const mark = last && part.endsWith("\r");
      const long = last && this.begun.length > longestHeld;
      if (!last || mark || long) this.finish(mark || long);
    }
  }

  end(): void {
    if (this.begun !== undefined) this.finish(false);
    this.goesOn = false;
  }

  private finish(goesOn: boolean): void {
    this.put(`${this.begun ?? ""}\n`);
    this.begun = undefined;
    this.goesOn = goesOn;
  }
}
