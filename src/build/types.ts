import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/*
 * usage: tsx src/build/types.ts [FOLDER]
 * Writes the library's types beside the built library (default: dist/types): the declarations that src/index.ts reaches, and no others.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const outdir = resolve(root, process.argv[2] ?? "dist/types");
const compiler = join(dirname(fileURLToPath(import.meta.resolve("typescript/package.json"))), "bin/tsc");

const all = mkdtempSync(join(tmpdir(), "berth-types-"));
try {
  const options = ["--noEmit", "false", "--emitDeclarationOnly", "--declaration", "--outDir", all];
  const only = join(all, "tsconfig.json");
  const config = { extends: join(root, "tsconfig.json"), files: [join(root, "src/index.ts")], include: [] };
  const paths = { rootDir: join(root, "src"), typeRoots: [join(root, "node_modules/@types")] };
  writeFileSync(only, JSON.stringify({ ...config, compilerOptions: paths }));
  execFileSync(process.execPath, [compiler, "--project", only, ...options], { stdio: "inherit" });
  rmSync(outdir, { recursive: true, force: true });
  keep("index.d.ts", new Set());
} finally {
  rmSync(all, { recursive: true, force: true });
}

/** Copies a declaration file and those that it imports. They name one another by `.js`, as TypeScript asks of packages. */
function keep(name: string, kept: Set<string>): void {
  if (kept.has(name)) return;
  kept.add(name);
  const imported: string[] = [];
  const text = readFileSync(join(all, name), "utf8").replace(
    /(\bfrom "|\bimport\(")(\.[^"]+)\.ts"/g,
    (_, before: string, path: string) => {
      imported.push(join(dirname(name), `${path}.d.ts`));
      return `${before}${path}.js"`;
    },
  );
  const file = join(outdir, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  for (const each of imported) keep(each, kept);
}
