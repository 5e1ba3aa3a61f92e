import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { catalogAssets } from "./catalog-assets.ts";

/*
 * usage: tsx tools/build.ts [FOLDER]
 * Bundles the command line and the library into a folder (default: dist), split so that a command loads only what it needs; and what the
 * catalog's site consists of, into its folder `catalog`.
 */

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = resolve(root, process.argv[2] ?? "dist");

rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: ["src/cli.ts", "src/index.ts"],
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node20.19",
  external: ["gitlab-ci-local"],
  logLevel: "warning",
  // the hash in a chunk's name stands for all that the chunk loads: src/commands/lint/own-code.ts counts on it
  chunkNames: "chunks/[name]-[hash]",
  // names stay as they are, for stack traces; blanks and long forms only cost time at every start
  minifyWhitespace: true,
  minifySyntax: true,
  banner: {
    js: "import { createRequire as berthCreateRequire } from 'node:module'; const require = berthCreateRequire(import.meta.url);",
  },
});

mkdirSync(join(outdir, "catalog"));
for (const [name, text] of await catalogAssets()) writeFileSync(join(outdir, "catalog", name), text);
