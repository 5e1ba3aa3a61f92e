import { join } from "node:path";
import type { GitlabClient, TraceReader } from "../../gitlab/index.ts";
import { Trace } from "../local/trace.ts";
import type { SeenJob } from "./tree.ts";

export interface TraceOptions {
  readonly client: GitlabClient;
  readonly folder: string;
  /** Values that must not stand in traces, whatever GitLab masks. */
  readonly secrets: readonly string[];
  readonly onLine: (job: string, line: string) => void;
}

/** The traces of a pipeline's jobs, read bit by bit while they grow and kept in files. */
export class Traces {
  private readonly options: TraceOptions;
  private readonly open = new Map<number, OpenTrace>();

  constructor(options: TraceOptions) {
    this.options = options;
  }

  /** Reads what a job's trace has gained. Returns whether there was something. */
  async read(seen: SeenJob): Promise<boolean> {
    return this.traceOf(seen).read();
  }

  /** Of these running jobs the one whose trace was read least: they take turns. */
  next(running: readonly SeenJob[]): SeenJob | undefined {
    return running.toSorted((a, b) => this.traceOf(a).reads - this.traceOf(b).reads)[0];
  }

  /** Whether a trace has come to its last line: a runner ends it with the job's verdict. */
  isWhole(seen: SeenJob): boolean {
    return /Job (?:succeeded|failed)/.test(this.traceOf(seen).text.slice(-500));
  }

  /** Closes a trace and returns its file and the exit code that it tells, if any. */
  async close(seen: SeenJob): Promise<{ file: string; exitCode: number | undefined }> {
    const trace = this.traceOf(seen);
    this.open.delete(seen.job.id);
    return { file: await trace.close(), exitCode: exitCodeIn(trace.text) };
  }

  async closeAll(): Promise<void> {
    for (const trace of this.open.values()) await trace.close();
    this.open.clear();
  }

  private traceOf(seen: SeenJob): OpenTrace {
    const known = this.open.get(seen.job.id) ?? new OpenTrace(seen, this.options);
    this.open.set(seen.job.id, known);
    return known;
  }
}

class OpenTrace {
  text = "";
  reads = 0;
  private readonly client: GitlabClient;
  private readonly reader: TraceReader;
  private readonly trace: Trace;
  /** The last line, as long as it has no end. */
  private rest = "";

  constructor({ name, project, job }: SeenJob, { client, folder, secrets, onLine }: TraceOptions) {
    this.client = client;
    this.reader = client.jobs.traceReader(project, job.id);
    const file = join(folder, `${job.id}-${name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 100)}.log`);
    this.trace = new Trace(file, secrets, (line) => onLine(name, line));
  }

  async read(): Promise<boolean> {
    this.reads += 1;
    const added = await this.reader.read();
    this.text += added;
    const lines = (this.rest + added).split("\n");
    this.rest = lines.pop() ?? "";
    if (lines.length > 0) this.trace.write(lines.map((line) => this.shown(line)).join("\n"));
    return added !== "";
  }

  private shown(line: string): string {
    return this.client.redact(readable(line));
  }

  async close(): Promise<string> {
    if (this.rest !== "") this.trace.write(this.shown(this.rest));
    await this.trace.close();
    return this.trace.file;
  }
}

/** GitLab's API does not tell a job's exit code; its runner's last line does, in the words of each executor. */
function exitCodeIn(text: string): number | undefined {
  const code = /Job failed: (?:exit (?:code|status)|command terminated with exit code) (\d+)/.exec(
    text.slice(-500),
  )?.[1];
  return code === undefined ? undefined : Number(code);
}

/** A line of a trace without section marks, colours and what a carriage return overwrites. */
function readable(line: string): string {
  return (
    line
      // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what a trace holds
      .replace(/\x1b\[0Ksection_(?:start|end):\d+:[^\r]*\r\x1b\[0K|\x1b\[[\d;]*[A-Za-z]/g, "")
      .replace(/\r$/, "")
      .replace(/\r/g, "\n")
  );
}
