import { readdirSync, readFileSync } from "node:fs";

/**
 * Ends the processes that a job has left in process groups of their own (`setsid`, a daemon): those whose environment has this variable
 * with this value. GitLab Runner leaves them running; on a person's own machine nobody would look for them. Without /proc there is no way
 * to find them: nothing happens.
 */
export function endEscaped(name: string, value: string): void {
  const mark = Buffer.from(`${name}=${value}\0`);
  for (const entry of processes()) {
    const environment = environmentOf(entry);
    const at = environment?.indexOf(mark) ?? -1;
    // A whole variable: at the beginning, or after the end of the one before.
    if (at === 0 || (at > 0 && environment?.[at - 1] === 0)) end(Number(entry));
  }
}

function processes(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  } catch {
    return [];
  }
}

/** Undefined for another user's process, and for one that has just ended. */
function environmentOf(pid: string): Buffer | undefined {
  try {
    return readFileSync(`/proc/${pid}/environ`);
  } catch {
    return undefined;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone already.
  }
}
