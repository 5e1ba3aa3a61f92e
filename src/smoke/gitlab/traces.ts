import { join } from "node:path";
import type { GitlabClient, TraceReader } from "../../gitlab/index.ts";
import { maskerFor, Trace } from "../../pipelines/trace.ts";
import { readTrace, type TraceLine } from "../../pipelines/trace-lines.ts";
import type { SeenJob } from "./tree.ts";

export interface TraceOptions {
  readonly client: GitlabClient;
  readonly folder: string;
  /** Values that must not stand in traces, whatever GitLab masks. */
  readonly secrets: readonly string[];
  /** Write the time of each line before it, where the runner wrote one. */
  readonly timestamps?: boolean | undefined;
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

  /** Whether a trace has come to its last line: a runner ends it with the job's verdict, or with word of its limit (`output_limit`). */
  isWhole(seen: SeenJob): boolean {
    return /Job (?:succeeded|failed)|Job's log exceeded limit of/.test(this.traceOf(seen).text.slice(-500));
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
  private readonly file: string;
  private readonly options: TraceOptions;
  private readonly name: string;
  private readonly mask: (text: string) => string;
  /** The last line, as long as it has no end. */
  private rest = "";

  constructor({ name, project, job }: SeenJob, options: TraceOptions) {
    const { client, folder, secrets } = options;
    this.client = client;
    this.options = options;
    this.name = name;
    this.reader = client.jobs.traceReader(project, job.id);
    this.file = join(folder, `${job.id}-${name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 100)}.log`);
    this.mask = maskerFor(secrets);
  }

  async read(): Promise<boolean> {
    this.reads += 1;
    const added = await this.reader.read();
    this.text += added;
    const lines = (this.rest + added).split("\n");
    this.rest = lines.pop() ?? "";
    // Somebody watches: a line is shown as it comes, even if the runner goes on with it later.
    this.tell(lines.map((line) => `${line}\n`).join(""));
    return added !== "";
  }

  private tell(trace: string): void {
    for (const line of readTrace(trace)) {
      const shown = this.mask(this.client.redact(this.shown(line)));
      if (shown !== "") this.options.onLine(this.name, shown);
    }
  }

  private shown({ text, time, stream }: TraceLine): string {
    return this.options.timestamps && time !== undefined ? `${time} ${stream} ${text}` : text;
  }

  /** Writes the trace as a whole, so that lines that came in parts are one. */
  async close(): Promise<string> {
    this.tell(this.rest);
    const trace = new Trace(this.file, this.options.secrets);
    const text = readTrace(this.text).map((line) => this.client.redact(this.shown(line)));
    if (text.length > 0) trace.write(text.join("\n"));
    await trace.close();
    return trace.file;
  }
}

/** GitLab's API does not tell a job's exit code; its runner's last line does, in the words of each executor. */
function exitCodeIn(text: string): number | undefined {
  const code = /Job failed: (?:exit (?:code|status)|command terminated with exit code) (\d+)/.exec(
    text.slice(-500),
  )?.[1];
  return code === undefined ? undefined : Number(code);
}
