import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";

const library = readFileSync(new URL("../../scripts/lib/uv.sh", import.meta.url), "utf8");
/** The version that jobs install. */
const uvVersion = /^UV_PINNED=(.+)$/m.exec(library)?.[1] ?? "";

/**
 * The folder with the wheel of uv that jobs install, fetched once by pip; and a folder for PATH with uv in it. Or the reason why
 * it cannot be had: without network it is missing, and what needs it is skipped.
 */
export function uvOrReason(): { wheels: string; bin: string; reason: string } {
  const kept = join(homedir(), ".cache/berth/uv", uvVersion);
  const there = { wheels: join(kept, "wheels"), bin: join(kept, "environment/bin"), reason: "" };
  if (existsSync(there.wheels)) return there;
  mkdirSync(join(kept, ".."), { recursive: true });
  const made = mkdtempSync(join(kept, "..", "new-"));
  const pip = (...args: string[]) =>
    execFileSync("python3", ["-m", "pip", ...args], {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: 120_000,
    });
  try {
    const wheels = join(made, "wheels");
    pip("download", "--quiet", "--no-deps", "--only-binary", ":all:", "--dest", wheels, `uv==${uvVersion}`);
    const [wheel = ""] = readdirSync(wheels);
    pip("install", "--quiet", "--no-index", "--target", join(made, "environment"), join(wheels, wheel));
    renameSync(made, kept);
    return there;
  } catch (error) {
    if (existsSync(there.wheels)) return there; // made by a test beside this one
    return { ...there, reason: `pip cannot fetch uv ${uvVersion}: ${String(error).split("\n").at(-1)}` };
  } finally {
    rmSync(made, { recursive: true, force: true });
  }
}

/** An empty folder for a cache of a test's own. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "berth-uv-"));
}
