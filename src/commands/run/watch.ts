import { rm } from "node:fs/promises";
import { UsageError } from "../../base/usage-error.ts";
import { partEnd } from "../../pipelines/artifacts.ts";
import { startGuard } from "../../run/guard.ts";
import { newCheckoutsFolder } from "../../run/run-folder.ts";
import { watchTree } from "../../run/watch-tree.ts";
import { openWorkTree } from "../../run/work-tree.ts";
import type { ExitCode, Surroundings } from "../command.ts";

/** Runs something now and after each change of the project's files, until Ctrl-C. Returns the last exit code. */
export async function watch(
  once: () => Promise<ExitCode>,
  { cwd, stderr, signal }: Surroundings,
): Promise<ExitCode> {
  const folder = await newCheckoutsFolder();
  const guard = startGuard(folder, partEnd);
  try {
    const changed = await watchTree(await openWorkTree(cwd), folder);
    let code = await once();
    for (;;) {
      if (signal.aborted) return code;
      stderr.write("waiting for a change of the files; Ctrl-C ends\n");
      if (!(await changed(signal))) return code;
      code = await onceMore(once, stderr);
    }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    await guard.dismiss();
  }
}

/** What somebody is about to write may not be right yet. */
async function onceMore(once: () => Promise<ExitCode>, stderr: Surroundings["stderr"]): Promise<ExitCode> {
  try {
    return await once();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    stderr.write(`berth: ${error.message}\n`);
    return 2;
  }
}
