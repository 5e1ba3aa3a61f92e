import { existsSync } from "node:fs";
import { type PackageIndex, type Suite, startPackageIndex, usualPackages } from "../../src/host/index.ts";
import { pythonVersion } from "./job.ts";

const suites: Readonly<Record<string, Suite>> = { "3.11": "bookworm", "3.13": "trixie" };

/**
 * How to start an index of Debian's Python packages for this machine's Python, or the reason why that cannot be, which is
 * also said on standard error.
 */
export function indexOrReason(): { start(names?: readonly string[]): Promise<PackageIndex>; reason: string } {
  const suite = suites[pythonVersion];
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  let reason = "";
  if (suite === undefined)
    reason = `Debian's Python packages fit 3.11 and 3.13, this machine has ${pythonVersion}`;
  else if (!existsSync("/usr/bin/apt-get")) reason = "Python packages from Debian need apt-get";
  if (reason) say(`left out: ${reason}`);
  return { start: (names = usualPackages) => startPackageIndex(names, { suite, say }), reason };
}
