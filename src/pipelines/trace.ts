import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

/** GitLab Runner's default `output_limit` is 4 MiB; a trace stops there, and says so. */
const limitBytes = 4 * 1024 * 1024;

/** Shorter values than this are not masked: GitLab does not accept them as masked variables either. */
const shortestSecret = 8;

/** Hears a line, and the section that it is in. */
type TellLine = (line: string, section: string | undefined) => void;

/** Of which job a trace is, what must not stand in it, and who hears each line. */
export interface TraceOfJob {
  /** From 1; comes first in the file's name. */
  readonly number: number;
  readonly name: string;
  readonly secrets: readonly string[];
  readonly onLine: TellLine;
}

/** Opens a job's trace in a folder, which is made for the user alone. A second attempt goes on in the same file. */
export async function openTrace(
  folder: string,
  { number, name, secrets, onLine }: TraceOfJob,
): Promise<Trace> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const safeName = name.replace(/[^A-Za-z0-9._-]+/g, "_").slice(0, 100);
  return new Trace(join(folder, `${String(number).padStart(2, "0")}-${safeName}.log`), secrets, onLine);
}

/** The trace of one job, written to a file line by line with every secret replaced by `[MASKED]`. */
export class Trace {
  readonly file: string;
  private readonly stream: WriteStream;
  private readonly mask: (line: string) => string;
  private readonly onLine: TellLine | undefined;
  private written = 0;

  constructor(file: string, secrets: readonly string[], onLine?: TellLine) {
    this.file = file;
    this.stream = createWriteStream(file, { mode: 0o600, flags: "a" });
    this.mask = maskerFor(secrets);
    this.onLine = onLine;
  }

  write(text: string, section?: string): void {
    for (const line of this.mask(text).split("\n")) {
      if (this.written > limitBytes) return;
      this.written += Buffer.byteLength(line) + 1;
      const shown =
        this.written > limitBytes ? "The trace is longer than 4 MiB; the rest is left out." : line;
      this.stream.write(`${shown}\n`);
      this.onLine?.(shown, section);
    }
  }

  async close(): Promise<void> {
    this.stream.end();
    await once(this.stream, "close");
  }
}

/**
 * Replaces secrets by `[MASKED]`. A secret of several lines (a private key) is masked line by line, which GitLab cannot do.
 * The longest ones go first, so that a secret that contains another one leaves nothing behind.
 */
export function maskerFor(secrets: readonly string[]): (text: string) => string {
  const parts = [...new Set(secrets.flatMap((secret) => secret.split(/\r?\n/).map((line) => line.trim())))]
    .filter((part) => part.length >= shortestSecret)
    .sort((a, b) => b.length - a.length);
  if (parts.length === 0) return (text) => text;
  const pattern = new RegExp(parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"), "g");
  return (text) => text.replace(pattern, "[MASKED]");
}
