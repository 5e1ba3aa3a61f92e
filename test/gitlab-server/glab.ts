import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startVitest } from "vitest/node";
import { cacheFolder } from "../../src/host/folders.ts";
import { privateApt } from "../../src/host/python/debian-wheels.ts";
import { mustRun } from "../../src/host/subprocess.ts";

/*
 * npm run glab: GitLab's own command line (Debian testing has 1.53) against the stand-in server. The package is fetched by apt
 * into this user's cache and unpacked there: nothing is installed.
 */

process.env.BERTH_GLAB = await ensureGlab();
const vitest = await startVitest("test", ["test/gitlab-server/glab.integration.test.ts"], { watch: false });
await vitest.close();

async function ensureGlab(): Promise<string> {
  const folder = cacheFolder("glab");
  const program = join(folder, "usr/bin/glab");
  if (existsSync(program)) return program;
  process.stderr.write("fetching glab from Debian testing (7 MB, once)\n");
  const beside = join(folder, `fetching-${process.pid}`);
  mkdirSync(beside);
  try {
    const apt = await privateApt("testing", beside);
    await mustRun([...apt, "update"]);
    await mustRun([...apt, "download", "glab"], { cwd: beside });
    const archive = readdirSync(beside).find((name) => name.endsWith(".deb"));
    if (archive === undefined) throw new Error("apt has fetched no glab");
    await mustRun(["dpkg-deb", "--extract", join(beside, archive), join(beside, "root")]);
    renameSync(join(beside, "root/usr"), join(folder, "usr"));
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  return program;
}
