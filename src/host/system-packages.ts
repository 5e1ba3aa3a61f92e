import { existsSync } from "node:fs";
import { UsageError } from "../base/usage-error.ts";
import { withLock } from "./lock.ts";
import { type Outcome, run } from "./subprocess.ts";

export interface SystemPackagesOptions {
  /** Told in one line what is about to be installed, before it is. */
  readonly say: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sees to it that the Debian packages `names` are installed, with the machine's own apt set-up. Returns the names that
 * had to be installed.
 * @throws UsageError in one line, naming what is missing, where this is not Debian, not root, or where apt fails.
 */
export async function ensureSystemPackages(
  names: readonly string[],
  { say, signal }: SystemPackagesOptions,
): Promise<string[]> {
  const wanted = await missingPackages(names);
  if (wanted.length === 0) return [];
  const list = wanted.join(" ");
  if (!existsSync("/usr/bin/apt-get"))
    throw new UsageError(`needs what the Debian packages ${list} contain, and this machine has no apt-get`);
  if (process.getuid?.() !== 0)
    throw new UsageError(
      `the Debian packages ${list} are missing; install them: sudo apt-get install ${list}`,
    );
  await withLock("apt", async () => {
    const missing = await missingPackages(wanted);
    if (missing.length === 0) return;
    say(`installing the Debian packages ${missing.join(" ")}`);
    await install(missing, signal);
  });
  return wanted;
}

/** The packages of `names` that dpkg does not report as installed. */
async function missingPackages(names: readonly string[]): Promise<string[]> {
  const { stdout } = await run([
    "dpkg-query",
    "--show",
    "--showformat=${Package} ${db:Status-Status}\n",
    ...names,
  ]);
  const installed = new Set(stdout.split("\n").filter((line) => line.endsWith(" installed")));
  return names.filter((name) => !installed.has(`${name} installed`));
}

/** The package lists are fetched only when the first try fails: they may be absent or too old. */
async function install(names: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const first = await aptGet(["install", "--no-install-recommends", ...names], signal);
  if (first.code === 0) return;
  await aptGet(["update"], signal);
  const second = await aptGet(["install", "--no-install-recommends", ...names], signal);
  if (second.code === 0) return;
  const reason = /^E: .*/m.exec(second.stderr)?.[0] ?? `apt-get ended with ${second.code}`;
  throw new UsageError(`the Debian packages ${names.join(" ")} could not be installed: ${reason}`);
}

function aptGet(args: readonly string[], signal: AbortSignal | undefined): Promise<Outcome> {
  const argv = ["apt-get", "--yes", "--quiet=2", "--option=DPkg::Lock::Timeout=300", ...args];
  return run(argv, { env: { DEBIAN_FRONTEND: "noninteractive" }, signal });
}
