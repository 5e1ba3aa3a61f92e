import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";

const project = fileURLToPath(new URL("../..", import.meta.url));

/** The last commit whose servers had the layout of 0.1.0: whoever is the service's user could write to the deploy path. */
const commit = "c3106869e8d539dbd01d5b31e9d4d593c111f52f";

/** Berth as it was then, in a temporary folder: its components and its command line. */
export class BerthBefore {
  readonly folder = mkdtempSync(join(tmpdir(), "berth-before-"));

  /** @throws Error where the repository's history does not reach back so far. */
  constructor() {
    const archive = execFileSync(
      "git",
      ["-C", project, "archive", commit, "src", "templates", "scripts", "package.json"],
      {
        maxBuffer: 1 << 28,
      },
    );
    execFileSync("tar", ["-xf", "-", "-C", this.folder], { input: archive });
    symlinkSync(join(project, "node_modules"), join(this.folder, "node_modules"));
  }

  /** The script of `berth host prepare` with these options. */
  prepareScript(...options: string[]): string {
    const cli = join(this.folder, "src/cli.ts");
    if (!existsSync(cli)) throw new Error(`${cli} is missing`);
    return execFileSync(process.execPath, ["--import", "tsx", cli, "host", "prepare", ...options], {
      cwd: this.folder,
      encoding: "utf8",
    });
  }

  /** The shell text of one of its jobs. */
  scriptOf(template: string, job: string): string {
    const text = readFileSync(join(this.folder, "templates", `${template}.yml`), "utf8");
    const jobs = parseAllDocuments(text)[1]?.toJS() as Record<string, { script: string[] }>;
    return jobs[`$[[ inputs.job_prefix ]]${job}`]?.script.join("\n") ?? "";
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
