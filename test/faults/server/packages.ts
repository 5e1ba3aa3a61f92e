import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleScript } from "../../../src/embed/bundle.ts";
import { ensurePackageIndex } from "../../../src/host/index.ts";
import { mustRun } from "../../../src/host/subprocess.ts";

const project = fileURLToPath(new URL("../../..", import.meta.url));

/** A deployment package, unpacked: `app/`, `wheels/`, `requirements.lock`, `manifest.json`. */
export interface Package {
  readonly folder: string;
  readonly version: string;
}

/** Packages made for one run of the harness; `remove()` takes them all away. */
export interface Packages {
  /** The example application as the build job packs it, version 1.0.0. */
  readonly first: Package;
  /** The same with another version and what `edit` does to its folder. The manifest is made to fit afterwards. */
  variant(version: string, edit?: (folder: string) => void): Package;
  /** As `variant`, but the manifest stays as it was: a package that is not what was built. */
  damaged(version: string, edit: (folder: string) => void): Package;
  remove(): void;
}

/** Builds the example application's package with the build job's own script. */
export async function buildPackages(say: (line: string) => void): Promise<Packages> {
  const work = mkdtempSync(join(tmpdir(), "berth-packages-"));
  const remove = () => rmSync(work, { recursive: true, force: true });
  process.once("exit", remove); // also when the run is interrupted
  const application = join(work, "project");
  cpSync(join(project, "examples/flask-helpdesk"), application, { recursive: true });
  const index = await ensurePackageIndex({ say });
  try {
    const script = bundleScript("scripts/jobs/build_deployment_package.sh", readFromProject);
    const environment = {
      ...index.environment,
      CI_PROJECT_DIR: application,
      CI_COMMIT_SHA: "0123456789abcdef0123456789abcdef01234567",
      CI_COMMIT_TIMESTAMP: "2026-01-02T03:04:05Z",
      BERTH_SOURCE_FOLDER: ".",
      BERTH_PYTHON_VERSION: "3.11",
      BERTH_REQUIREMENTS_FILE: "requirements.txt",
      BERTH_INCLUDE: "",
      BERTH_EXCLUDE: "/tests requirements-test.txt pytest.ini",
      BERTH_VERSION: "1.0.0",
    };
    await mustRun(["bash", "-c", script], { cwd: application, env: environment });
  } finally {
    await index.stop();
  }
  const unpacked = join(work, "1.0.0");
  mkdirSync(unpacked);
  await mustRun(["tar", "-xzf", join(application, "deployment_package.tar.gz"), "-C", unpacked]);
  const copy = (version: string, edit: (folder: string) => void) => {
    const folder = mkdtempSync(join(work, `${version}-`));
    cpSync(unpacked, folder, { recursive: true });
    edit(folder);
    return folder;
  };
  return {
    first: { folder: unpacked, version: "1.0.0" },
    variant: (version, edit = () => undefined) => {
      const folder = copy(version, edit);
      renewManifest(folder, version);
      return { folder, version };
    },
    damaged: (version, edit) => {
      const folder = copy(version, () => undefined);
      renewManifest(folder, version);
      edit(folder);
      return { folder, version };
    },
    remove,
  };
}

/** Reads a file of this project, for `bundleScript`. */
export function readFromProject(path: string): string | undefined {
  const place = join(project, path);
  return existsSync(place) ? readFileSync(place, "utf8") : undefined;
}

function renewManifest(folder: string, version: string): void {
  const file = join(folder, "manifest.json");
  const manifest = JSON.parse(readFileSync(file, "utf8"));
  const paths = (readdirSync(folder, { recursive: true }) as string[]).filter(
    (path) => path !== "manifest.json" && lstatSync(join(folder, path)).isFile(),
  );
  manifest.version = version;
  manifest.files = Object.fromEntries(
    paths.sort().map((path) => {
      const place = join(folder, path);
      const sha256 = createHash("sha256").update(readFileSync(place)).digest("hex");
      return [path, { sha256, mode: (statSync(place).mode & 0o777).toString(8).padStart(4, "0") }];
    }),
  );
  writeFileSync(file, `${JSON.stringify(manifest, undefined, 2)}\n`);
}
