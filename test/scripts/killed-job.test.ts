import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const library = fileURLToPath(new URL("../../scripts/lib/", import.meta.url));

/** A job in its private folder, until it is killed or its input ends. */
async function startJob() {
  const program = `
set -Eeuo pipefail
source '${library}messages.sh'; source '${library}deployment.sh'; source '${library}connection.sh'
BERTH_SERVICE_NAME=helpdesk DEPLOY_SERVER=server
prepare_deployment
echo secret >"$WORK/key"
echo "$WORK"
read -r _ || true`;
  const job = spawn("bash", ["--norc", "-c", program], { stdio: ["pipe", "pipe", "inherit"] });
  const [work] = await once(job.stdout, "data");
  return { job, ended: once(job, "close"), key: `${String(work).trim()}/key` };
}

it("a job that was killed leaves no key for longer than until the next one; of one that lives nothing is taken", async () => {
  const [killed, living] = [await startJob(), await startJob()];
  killed.job.kill("SIGKILL");
  await killed.ended;
  expect(existsSync(killed.key)).toBe(true);
  const next = await startJob();
  expect(existsSync(killed.key)).toBe(false);
  for (const each of [living, next]) {
    expect(existsSync(each.key)).toBe(true);
    each.job.stdin.end();
    await each.ended;
    expect(existsSync(each.key)).toBe(false);
  }
});
