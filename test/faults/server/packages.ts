import { createHash } from "node:crypto";
import {
  cpSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { copyBuiltPackage } from "./built-package.ts";

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

/** The example application's package as the build job's own script makes it, and what is made of it. */
export async function buildPackages(say: (line: string) => void): Promise<Packages> {
  const work = mkdtempSync(join(tmpdir(), "berth-packages-"));
  const remove = () => rmSync(work, { recursive: true, force: true });
  process.once("exit", remove); // also when the run is interrupted
  const unpacked = join(work, "1.0.0");
  await copyBuiltPackage(unpacked, say);
  const copy = (version: string, edit: (folder: string) => void) => {
    const folder = mkdtempSync(join(work, `${version}-`));
    cpSync(unpacked, folder, { recursive: true, preserveTimestamps: true });
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
