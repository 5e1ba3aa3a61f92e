import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The command line as users get it, made from the present source; `dist/` may be older. */
export interface BuiltProgram {
  /** What Node runs. */
  readonly file: string;
  readonly remove: () => void;
}

/** Builds it in a folder of its own below node_modules, where it finds what it does not carry itself. */
export function buildProgram(): BuiltProgram {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const cache = join(root, "node_modules/.cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "berth-built-"));
  const tsx = fileURLToPath(import.meta.resolve("tsx/cli"));
  execFileSync(process.execPath, [tsx, join(root, "src/build/build.ts"), join(folder, "dist")], {
    stdio: "ignore",
  });
  writeFileSync(join(folder, "package.json"), '{"type": "module"}\n');
  return {
    file: join(folder, "dist/cli.js"),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
