import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StringDecoder } from "node:string_decoder";
import type { ScriptEnd, ScriptRun } from "./executor.ts";

/** A program that reads a script from its standard input. */
export interface ShellProgram {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** The process groups of a job's scripts, to be ended together. */
export type ProcessGroups = Set<number>;

/**
 * Runs a script as the runner does: on the standard input of a shell in a process group of its own, and over when the shell has ended and
 * nobody has its output any more (a process in the background may hold it). The script comes from a file without a name: arguments and
 * environment can be read by others, and bash reads a pipe byte by byte.
 */
export async function runShell(
  program: ShellProgram,
  { script, apart, onOutput, signal, graceSeconds }: ScriptRun,
  groups: ProcessGroups,
): Promise<ScriptEnd> {
  if (signal.aborted) return { code: -1 };
  const input = await unnamedFile(script);
  try {
    const merged = ["/bin/sh", "-c", 'exec "$@" 2>&1', "sh", ...program.argv];
    const [command = "", ...args] = apart ? program.argv : merged;
    const child = spawn(command, args, {
      cwd: program.cwd,
      env: program.env as NodeJS.ProcessEnv,
      stdio: [input.fd, "pipe", "pipe"],
      detached: true,
    });
    if (child.pid !== undefined) groups.add(child.pid);
    forward(child.stdout, (text) => onOutput(text, "O"));
    forward(child.stderr, (text) => onOutput(text, "E"));
    const end = await ended(child, signal, graceSeconds);
    // The number of an empty group may be given to somebody else.
    if (child.pid !== undefined && !isAlive(child.pid)) groups.delete(child.pid);
    return end;
  } finally {
    await input.close();
  }
}

/** Ends what is left of process groups. */
export function endGroups(groups: ProcessGroups): void {
  for (const group of groups) signalGroup(group, "SIGKILL");
  groups.clear();
}

async function unnamedFile(text: string) {
  const path = join(tmpdir(), `.berth-script-${randomBytes(12).toString("hex")}`);
  const file = await open(path, "wx+", 0o600);
  try {
    await unlink(path);
    await file.write(text, 0);
    return file;
  } catch (error) {
    await file.close();
    throw error;
  }
}

function forward(stream: NodeJS.ReadableStream | null, tell: (text: string) => void): void {
  const decoder = new StringDecoder("utf8");
  stream?.on("data", (part: Buffer) => tell(decoder.write(part)));
  stream?.on("end", () => {
    const rest = decoder.end();
    if (rest !== "") tell(rest);
  });
}

async function ended(child: ChildProcess, signal: AbortSignal, graceSeconds: number): Promise<ScriptEnd> {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    if (child.pid === undefined) return;
    signalGroup(child.pid, "SIGTERM");
    timer = setTimeout(() => signalGroup(child.pid ?? 0, "SIGKILL"), graceSeconds * 1000);
  };
  if (signal.aborted) stop();
  else signal.addEventListener("abort", stop, { once: true });
  try {
    return await new Promise<ScriptEnd>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve({ code: code ?? -1 }));
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}

function isAlive(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

function signalGroup(group: number, name: NodeJS.Signals): void {
  if (group <= 0) return;
  try {
    process.kill(-group, name);
  } catch {
    // It is gone already.
  }
}
