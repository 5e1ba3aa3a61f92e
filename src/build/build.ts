import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { catalogAssets } from "./catalog-assets.ts";

/*
 * usage: tsx src/build/build.ts [FOLDER]
 * Bundles the command line and the library into a folder (default: dist), split so that a command loads only what it needs; and what the
 * catalog's site consists of, into its folder `catalog`.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const outdir = resolve(root, process.argv[2] ?? "dist");

/**
 * Commander loads `node:child_process`, and with it Node's whole network, for commands that are programs of their own, which
 * Berth has none of. It gets it when it asks for it.
 */
const lateChildProcess: Plugin = {
  name: "late child_process",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^node:child_process$/ }, ({ path, importer }) => {
      return /[\\/]commander[\\/]/.test(importer) ? { path, namespace: "late" } : undefined;
    });
    onLoad({ filter: /.*/, namespace: "late" }, () => ({
      contents: 'exports.spawn = (...args) => process.getBuiltinModule("node:child_process").spawn(...args);',
    }));
  },
};

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
  plugins: [lateChildProcess],
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
