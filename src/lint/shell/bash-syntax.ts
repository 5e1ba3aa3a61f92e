import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { UsageError } from "../../base/usage-error.ts";

/** The first syntax error of a script; lines and columns from 1. */
export interface SyntaxFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/**
 * Reads scripts from its input, each ended by NUL, and says what is wrong with each, ended by NUL too. `set -n` in front of a script
 * means that bash only parses what follows, as `bash -n` does, without a new process image for each script. A bash that is not
 * interactive obeys it, and nothing behind it can take it back.
 */
const readAll = `exec 2>&1
while IFS= read -r -d '' script; do (eval "set -n
$script") </dev/null; printf '\\0'; done`;

/** Goes before all others, and tells how this bash counts lines: it has one fault, in its first line. */
const PROBE = ")";

/**
 * Reads scripts in one bash process and its children; none is run. Returns the faults of those that do not parse, by text. Throws
 * if bash cannot be run.
 */
export async function bashFaults(
  bash: string,
  scripts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, SyntaxFault>> {
  const unique = [...new Set(scripts)];
  if (unique.length === 0) return new Map();
  const complaints = (await run(bash, [PROBE, ...unique], signal)).split("\0").map(firstFault);
  const offset = (complaints.shift()?.line ?? 1) - 1;
  return new Map(
    unique.flatMap((script, index) => {
      const fault = complaints[index];
      return fault ? [[script, { ...fault, line: fault.line - offset }] as const] : [];
    }),
  );
}

/** Through one file and not a pipe, of which bash would read byte by byte. */
async function run(bash: string, scripts: readonly string[], signal: AbortSignal | undefined) {
  const folder = mkdtempSync(join(tmpdir(), "berth-bash-"));
  try {
    const file = join(folder, "scripts");
    writeFileSync(file, scripts.map((script) => `${script.replaceAll("\0", "")}\0`).join(""), {
      mode: 0o600,
    });
    const input = openSync(file, "r");
    const child = spawn(bash, ["-c", readAll], {
      env: { LC_ALL: "C" },
      stdio: [input, "pipe", "ignore"],
      ...(signal ? { signal } : {}),
    });
    closeSync(input);
    const failure = new Promise<never>((_, reject) => {
      child.once("error", (error) => reject(signal?.aborted ? new UsageError("stopped") : error));
    });
    return await Promise.race([text(child.stdout as Readable), failure]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** `bash: eval: line 3: syntax error: unexpected end of file`. */
function firstFault(complaints: string): SyntaxFault | undefined {
  const match = /line (\d+): (?!warning:)(?:syntax error: ?)?(.*)/.exec(complaints);
  return match ? { line: Number(match[1]), column: 1, message: (match[2] ?? "").trim() } : undefined;
}
