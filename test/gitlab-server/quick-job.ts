import { cp, mkdir, readdir } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import picomatch from "picomatch";
import { runProcess } from "../../src/smoke/local/process.ts";
import { collectedFolder, type JobAttempt, type JobRun } from "../../src/smoke/local/run-job.ts";
import { expandText } from "../../src/smoke/local/variables.ts";

/**
 * Runs a job's commands by bash alone: for tests of what goes through GitLab's API, which need a job that runs, and not the half
 * second that gitlab-ci-local takes for each. The tests of the local runner, and own scenarios, have that one.
 */
export const quickRun: JobRun = async (attempt, checkout) => {
  const { job, folder, signal, trace, timeoutSeconds } = attempt;
  const timeout = AbortSignal.timeout(Math.max(1, Math.round(timeoutSeconds * 1000)));
  const code = await bash(attempt, checkout, [...job.beforeScript, ...job.script], {
    signal: AbortSignal.any([signal, timeout]),
  });
  if (signal.aborted) return { state: "canceled" };
  if (timeout.aborted) return { state: "failed", reason: "job_execution_timeout" };
  if (job.afterScript.length > 0) {
    trace.write("Running after_script");
    const env = { CI_JOB_STATUS: code === 0 ? "success" : "failed" };
    await bash(attempt, checkout, job.afterScript, { signal, env });
  }
  await collect(attempt, checkout, collectedFolder(folder));
  return code === 0
    ? { state: "success", exitCode: 0 }
    : { state: "failed", exitCode: code, reason: "script_failure" };
};

async function bash(
  { variables, env, trace }: JobAttempt,
  cwd: string,
  commands: readonly string[],
  more: { readonly signal: AbortSignal; readonly env?: Readonly<Record<string, string>> },
): Promise<number> {
  const shown = (command: string) => `$ ${command.split("\n")[0]}`.replaceAll("'", "'\\''");
  const script = commands.map((each) => `printf '%s\\n' '${shown(each)}'\n${each}`).join("\n");
  const { code } = await runProcess(["bash", "-c", `exec 2>&1\nset -eo pipefail\n${script}`], {
    cwd,
    env: { ...env, ...Object.fromEntries(variables), ...more.env },
    signal: more.signal,
    onLine: (line) => trace.write(line),
  });
  return code;
}

/** The files that the job's artifacts name: by path, by folder or by pattern. */
async function collect({ job, variables }: JobAttempt, checkout: string, target: string): Promise<void> {
  const { paths = [], reports = {}, exclude = [] } = job.artifacts ?? {};
  const expand = (text: string) => expandText(text, (name) => variables.get(name) ?? "").replace(/\/$/, "");
  const named = (patterns: readonly string[], file: string) =>
    patterns
      .map(expand)
      .some((each) => file.startsWith(`${each}/`) || picomatch.isMatch(file, each, { dot: true }));
  const wanted = [...paths, ...Object.values(reports).flat()];
  if (wanted.length === 0) return;
  for (const entry of await readdir(checkout, { recursive: true, withFileTypes: true })) {
    const file = relative(checkout, join(entry.parentPath, entry.name));
    if (entry.isDirectory() || file.startsWith(".git/") || !named(wanted, file) || named(exclude, file))
      continue;
    await mkdir(dirname(join(target, file)), { recursive: true });
    await cp(join(checkout, file), join(target, file));
  }
}
