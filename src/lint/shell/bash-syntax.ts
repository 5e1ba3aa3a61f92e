import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The first syntax error of a script; lines and columns from 1. */
export interface SyntaxFault {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Reads each file of the folder without running it, and leaves what there is to say beside it; a mere warning does not count. */
const readAll =
  'for file in *.sh; do "$BASH" -n "$file" 2>"$file.fault" </dev/null && : >"$file.fault"; done; :';

/**
 * Reads scripts with `bash -n`, all in one process and its children. Returns the faults of those that do not parse, by text. Throws
 * if bash cannot be run.
 */
export async function bashFaults(
  bash: string,
  scripts: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Map<string, SyntaxFault>> {
  const unique = [...new Set(scripts)];
  const faults = new Map<string, SyntaxFault>();
  if (unique.length === 0) return faults;
  const folder = mkdtempSync(join(tmpdir(), "berth-bash-"));
  try {
    unique.forEach((script, index) => {
      writeFileSync(join(folder, `${index}.sh`), script, { mode: 0o600 });
    });
    await run(bash, folder, signal);
    unique.forEach((script, index) => {
      const fault = firstFault(readFileSync(join(folder, `${index}.sh.fault`), "utf8"));
      if (fault) faults.set(script, fault);
    });
    return faults;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(bash: string, cwd: string, signal: AbortSignal | undefined): Promise<void> {
  const options = { cwd, env: { LC_ALL: "C" }, ...(signal ? { signal } : {}) };
  return new Promise((resolve, reject) => {
    execFile(bash, ["-c", readAll], options, (error) => (error ? reject(error) : resolve()));
  });
}

/** `0.sh: line 3: syntax error: unexpected end of file`. */
function firstFault(complaints: string): SyntaxFault | undefined {
  const match = /line (\d+): (?!warning:)(?:syntax error: ?)?(.*)/.exec(complaints);
  return match ? { line: Number(match[1]), column: 1, message: (match[2] ?? "").trim() } : undefined;
}
