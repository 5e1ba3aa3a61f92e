import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleScript } from "../../../src/embed/bundle.ts";
import { cacheFolder } from "../../../src/host/folders.ts";
import { ensurePackageIndex } from "../../../src/host/index.ts";
import { withLock } from "../../../src/host/lock.ts";
import { mustRun } from "../../../src/host/subprocess.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));
const example = join(project, "examples/flask-helpdesk");

const inputs = {
  CI_COMMIT_SHA: "0123456789abcdef0123456789abcdef01234567",
  CI_COMMIT_TIMESTAMP: "2026-01-02T03:04:05Z",
  BERTH_SOURCE_FOLDER: ".",
  BERTH_PYTHON_VERSION: "3.11",
  BERTH_REQUIREMENTS_FILE: "requirements.txt",
  BERTH_INCLUDE: "",
  BERTH_EXCLUDE: "/tests requirements-test.txt pytest.ini",
  BERTH_VERSION: "1.0.0",
};

/** Packages that are kept, the newest: those of a few states of the repository. */
const mostKept = 5;

/**
 * Puts the example application's package, unpacked, into the new folder `target`. It is built by the build job's own script
 * once for each state of the application and of the script; the user's cache keeps it for other suites and runs.
 */
export async function copyBuiltPackage(target: string, say: (line: string) => void): Promise<void> {
  const script = bundleScript("scripts/jobs/build_deployment_package.sh", readFromProject);
  const kept = cacheFolder("test-packages");
  const folder = join(kept, keyOf(script));
  await withLock("test-packages", async () => {
    if (!existsSync(folder)) await build(script, folder, say);
    cpSync(folder, target, { recursive: true, preserveTimestamps: true });
    const age = (name: string) => statSync(join(kept, name)).mtimeMs;
    const oldest = readdirSync(kept)
      .toSorted((one, other) => age(other) - age(one))
      .slice(mostKept);
    for (const name of oldest) rmSync(join(kept, name), { recursive: true, force: true });
  });
}

/** Reads a file of this project, for `bundleScript`. */
export function readFromProject(path: string): string | undefined {
  const place = join(project, path);
  return existsSync(place) ? readFileSync(place, "utf8") : undefined;
}

/** Builds beside and renames: what an interrupted run leaves is never taken for a package. */
async function build(script: string, folder: string, say: (line: string) => void): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), "berth-build-"));
  const beside = `${folder}.building`;
  const index = await ensurePackageIndex({ say });
  try {
    const application = join(work, "project");
    cpSync(example, application, { recursive: true });
    const env = { ...index.environment, ...inputs, CI_PROJECT_DIR: application };
    const job = join(work, "job.sh"); // longer than one argument may be (131,072 bytes)
    writeFileSync(job, script, { mode: 0o600 });
    await mustRun(["bash", job], { cwd: application, env });
    rmSync(beside, { recursive: true, force: true });
    mkdirSync(beside);
    await mustRun(["tar", "-xzf", join(application, "deployment_package.tar.gz"), "-C", beside]);
    renameSync(beside, folder);
  } finally {
    await index.stop();
    rmSync(work, { recursive: true, force: true });
  }
}

function keyOf(script: string): string {
  const hash = createHash("sha256").update(JSON.stringify([script, inputs]));
  const files = (readdirSync(example, { recursive: true }) as string[]).filter((path) =>
    statSync(join(example, path)).isFile(),
  );
  for (const path of files.sort()) {
    const place = join(example, path);
    const { mode } = statSync(place);
    hash.update(JSON.stringify([path, mode, readFileSync(place).toString("base64")]));
  }
  return hash.digest("hex").slice(0, 12);
}
