import { ensureSystemPackages } from "../src/host/system-packages.ts";

/**
 * What integration tests may take for granted: rsync, with which the deploy jobs upload. Without this, whether a test
 * that runs such a job is green depended on which other test had installed rsync before it.
 */
export default async function setup(): Promise<void> {
  await ensureSystemPackages(["rsync"], { say: (line) => process.stderr.write(`${line}\n`) });
}
