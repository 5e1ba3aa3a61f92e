import { ensureSystemPackages } from "../../src/host/index.ts";

/** True when the Debian packages are there, or could be installed; says why not otherwise. */
export async function systemHas(...packages: string[]): Promise<boolean> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  return ensureSystemPackages(packages, { say }).then(
    () => true,
    (error: Error) => {
      say(`left out: ${error.message}`);
      return false;
    },
  );
}
