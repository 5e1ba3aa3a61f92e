import { rmSync } from "node:fs";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/*
 * usage: tsx tools/build.ts [FOLDER]
 * Bundles the command line and the library into a folder (default: dist), split so that a command loads only what it needs.
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
