import { type ExecFileException, execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import type { Answers } from "../answers.ts";
import type { ShellTool } from "./tools.ts";

/** One comment of ShellCheck on a script. Lines and columns from 1; columns count characters, a tab as one (format json1). */
export interface ShellComment {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly level: "error" | "warning" | "info" | "style";
  readonly code: number;
  readonly message: string;
}

/** Codes that say nothing useful of a job's script, each with the reason. */
export const disabledCodes: Readonly<Record<number, string>> = {
  1090: "sourced files are not there when the component is linted",
  1091: "sourced files are not there when the component is linted",
  2034: "a variable may be read by another script section or by a tool that the script starts",
  2148: "a job's script has no shebang: the runner chooses the shell",
  2154: "variables come from `variables:`, from GitLab and from other script sections",
  2209: "the value of a variable may be a word that is also a command's name (`RAILS_ENV=test`)",
  2164: "the runner sets errexit: a failed cd ends the job",
  2317: "before_script and script are read as one, and either may end the job",
};

/**
 * Runs ShellCheck over script texts that no earlier answer is known for, all of them in a few processes. Returns the comments of
 * each text. Throws UsageError if ShellCheck cannot be run.
 */
export async function runShellCheck(
  tool: ShellTool,
  scripts: readonly string[],
  options: {
    readonly signal?: AbortSignal;
    readonly exclude?: readonly number[];
    /** Where earlier answers are, and new ones go. */
    readonly answers?: Answers | undefined;
  },
): Promise<Map<string, readonly ShellComment[]>> {
  const excluded = [...Object.keys(disabledCodes).map(Number), ...(options.exclude ?? [])].sort();
  const keyOf = (script: string) => JSON.stringify(["shellcheck", tool.identity, excluded, script]);
  const found = new Map<string, readonly ShellComment[]>();
  const unknown: string[] = [];
  for (const script of new Set(scripts)) {
    const known = options.answers?.get(keyOf(script));
    if (Array.isArray(known)) found.set(script, known as ShellComment[]);
    else unknown.push(script);
  }
  const batches = evenBatches(unknown, Math.min(availableParallelism(), MOST_PROCESSES));
  const ask = async (batch: readonly string[]) => {
    for (const [script, comments] of await runBatch(tool.file, batch, excluded, options.signal)) {
      found.set(script, comments);
      options.answers?.set(keyOf(script), comments);
    }
  };
  await Promise.all(batches.map(ask));
  return found;
}

const MOST_PROCESSES = 4;

/** Deals scripts out to so many batches, or fewer, of about the same length: that is what ShellCheck's time goes by. */
function evenBatches(scripts: readonly string[], count: number): string[][] {
  const batches = Array.from({ length: count }, () => ({ scripts: [] as string[], length: 0 }));
  for (const script of scripts.toSorted((left, right) => right.length - left.length)) {
    const least = batches.reduce((best, each) => (each.length < best.length ? each : best));
    least.scripts.push(script);
    least.length += script.length;
  }
  return batches.map((batch) => batch.scripts).filter((batch) => batch.length > 0);
}

async function runBatch(
  tool: string,
  scripts: readonly string[],
  excluded: readonly number[],
  signal: AbortSignal | undefined,
): Promise<Map<string, ShellComment[]>> {
  const folder = mkdtempSync(join(tmpdir(), "berth-shellcheck-"));
  try {
    const names = scripts.map((script, index) => {
      writeFileSync(join(folder, `${index}.sh`), script, { mode: 0o600 });
      return `${index}.sh`;
    });
    const flags = [
      "--norc",
      "--format=json1",
      "--shell=bash",
      `--exclude=${excluded.map((code) => `SC${code}`).join(",")}`,
    ];
    const output = await runTool(tool, [...flags, "--", ...names], folder, signal);
    const { comments } = JSON.parse(output) as { comments: (ShellComment & { file: string })[] };
    const answers = new Map<string, ShellComment[]>(scripts.map((script) => [script, []]));
    for (const { file, ...comment } of comments) {
      answers.get(scripts[Number.parseInt(file, 10)] as string)?.push(comment);
    }
    return answers;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** ShellCheck exits with 1 when it has something to say; everything above is a failure of its own. */
function runTool(
  tool: string,
  args: readonly string[],
  cwd: string,
  signal: AbortSignal | undefined,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { cwd, maxBuffer: 256 * 1024 * 1024, ...(signal ? { signal } : {}) };
    execFile(tool, [...args], options, (error, stdout, stderr) => {
      if (signal?.aborted) reject(new UsageError("stopped"));
      else if (error && error.code !== 1) reject(new UsageError(failure(tool, error, stderr)));
      else resolve(stdout);
    });
  });
}

function failure(tool: string, { code, signal }: ExecFileException, stderr: string): string {
  const [said] = stderr.trim().split("\n");
  const how = said || (signal ? `it was ended by ${signal}` : `its exit code is ${code}`);
  return `${tool} fails: ${how}; --no-shellcheck goes without it`;
}
