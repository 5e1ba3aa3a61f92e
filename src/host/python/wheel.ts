import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type Zippable, zipSync } from "fflate";

/** A wheel, ready to be written to a file of this name (PyPA: binary distribution format 1.0). */
export interface Wheel {
  /** The distribution's name as PEP 503 normalises it: `python-dotenv`. */
  readonly project: string;
  readonly fileName: string;
  readonly content: Uint8Array;
}

/** A distribution as Debian installs it below `dist-packages`. */
export interface InstalledDistribution {
  readonly project: string;
  readonly name: string;
  readonly version: string;
  /** Its metadata without requirements, in the core metadata format. */
  readonly metadata: string;
  readonly entryPoints: string | undefined;
  /** Paths relative to `folder`: the modules. */
  readonly modules: readonly string[];
  readonly folder: string;
}

/**
 * Reads the one distribution in `folder` (a `dist-packages`); undefined when there is none, as in packages that carry
 * programs or headers only. Both `.dist-info` and `.egg-info` (folder or single file) are understood.
 */
export function readDistribution(folder: string): InstalledDistribution | undefined {
  const information = readdirSync(folder).find((entry) => /\.(dist|egg)-info$/.test(entry));
  if (information === undefined) return undefined;
  const metadata = readMetadata(join(folder, information));
  const name = field(metadata, "Name");
  const modules = filesBelow(folder).filter(
    (file) => !file.startsWith(`${information}/`) && file !== information && !file.includes("__pycache__/"),
  );
  return {
    project: normalise(name),
    name,
    version: field(metadata, "Version"),
    metadata: withoutRequirements(metadata),
    entryPoints: readIfThere(join(folder, information, "entry_points.txt")),
    modules,
    folder,
  };
}

/**
 * Packs a distribution as a wheel that requires `requirements` (project names). Modules compiled for one Python version
 * make a wheel for that version (`pythonTag` such as `cp311`) and machine; all others are `py3-none-any`.
 */
export function packWheel(
  distribution: InstalledDistribution,
  requirements: readonly string[],
  pythonTag: string,
  machine: string,
): Wheel {
  const { name, version, metadata, entryPoints, modules, folder, project } = distribution;
  const compiled = modules.some((file) => file.endsWith(".so"));
  const tag = compiled ? `${pythonTag}-${pythonTag}-linux_${machine}` : "py3-none-any";
  const stem = `${name.replace(/[-_.]+/g, "_")}-${version.replaceAll("-", "_")}`;
  const information = `${stem}.dist-info`;
  const files: Record<string, Uint8Array> = {};
  for (const file of modules) files[file] = readFileSync(join(folder, file));
  files[`${information}/METADATA`] = text(withRequirements(metadata, requirements));
  files[`${information}/WHEEL`] = text(
    `Wheel-Version: 1.0\nGenerator: berth\nRoot-Is-Purelib: ${!compiled}\nTag: ${tag}\n`,
  );
  if (entryPoints !== undefined) files[`${information}/entry_points.txt`] = text(entryPoints);
  files[`${information}/RECORD`] = text(recordOf(files, `${information}/RECORD`));
  return { project, fileName: `${stem}-${tag}.whl`, content: zip(files) };
}

/** PEP 503: lower case, runs of `-`, `_` and `.` become one `-`. */
export function normalise(name: string): string {
  return name.replace(/[-_.]+/g, "-").toLowerCase();
}

function readMetadata(path: string): string {
  if (statSync(path).isFile()) return readFileSync(path, "utf8");
  return readIfThere(join(path, "METADATA")) ?? readFileSync(join(path, "PKG-INFO"), "utf8");
}

function field(metadata: string, name: string): string {
  return new RegExp(`^${name}: (.*)$`, "m").exec(metadata)?.[1]?.trim() ?? "";
}

/** Header lines end at the first empty line; the description below is left out. */
function withoutRequirements(metadata: string): string {
  const [header = ""] = metadata.split(/\r?\n\r?\n/);
  const unfolded = header.replace(/\r?\n[ \t]+/g, " ").split("\n");
  return unfolded
    .filter((line) => !/^(Requires-Dist|Provides-Extra|Description|License):/.test(line))
    .join("\n");
}

function withRequirements(metadata: string, requirements: readonly string[]): string {
  return `${[metadata, ...requirements.map((project) => `Requires-Dist: ${project}`)].join("\n")}\n`;
}

function recordOf(files: Readonly<Record<string, Uint8Array>>, record: string): string {
  const rows = Object.entries(files).map(([file, content]) => {
    const digest = createHash("sha256").update(content).digest("base64url");
    return `${file},sha256=${digest},${content.length}`;
  });
  return `${[...rows, `${record},,`].join("\n")}\n`;
}

/** The same content always gives the same bytes: a lock file with hashes stays true. */
function zip(files: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const entries: Zippable = {};
  for (const file of Object.keys(files).sort()) entries[file] = [files[file]!, { mtime: "1980-01-02" }];
  return zipSync(entries, { level: 6 });
}

function text(content: string): Uint8Array {
  return new TextEncoder().encode(content);
}

function readIfThere(path: string): string | undefined {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ? readFileSync(path, "utf8") : undefined;
}

/** Regular files below a folder; a link that leads nowhere (into another Debian package) is left out. */
function filesBelow(folder: string): string[] {
  return (readdirSync(folder, { recursive: true }) as string[])
    .filter((file) => statSync(join(folder, file), { throwIfNoEntry: false })?.isFile())
    .sort();
}
