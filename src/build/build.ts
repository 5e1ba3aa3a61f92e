import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import { catalogAssets } from "./catalog-assets.ts";

/*
 * usage: tsx src/build/build.ts [FOLDER]
 * Bundles the command line and the library into a folder (default: dist), and what the catalog's site consists of into its folder
 * `catalog`.
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

const shared = {
  absWorkingDir: root,
  outdir,
  bundle: true,
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
  plugins: [lateChildProcess],
  // names stay as they are, for stack traces; blanks and long forms only cost time at every start
  minifyWhitespace: true,
  minifySyntax: true,
} satisfies BuildOptions;

rmSync(outdir, { recursive: true, force: true });
await buildLibrary();
await buildStart(await buildProgram());
mkdirSync(join(outdir, "catalog"));
for (const [name, text] of await catalogAssets()) writeFileSync(join(outdir, "catalog", name), text);

/** Split, so that only what is used is loaded. */
async function buildLibrary(): Promise<void> {
  await build({
    ...shared,
    entryPoints: ["src/index.ts"],
    splitting: true,
    format: "esm",
    chunkNames: "chunks/[name]-[hash]",
    banner: {
      js: "import { createRequire as berthCreateRequire } from 'node:module'; const require = berthCreateRequire(import.meta.url);",
    },
  });
}

/**
 * The command line as one script, whose value is a function of `require` and of the script's URL: src/program/start.ts runs it. Returns the
 * name of its file: the hash in it stands for all of the program's code, and src/commands/lint/own-code.ts counts on it.
 */
async function buildProgram(): Promise<string> {
  const { metafile } = await build({
    ...shared,
    entryPoints: ["src/cli.ts"],
    entryNames: "berth-[hash]",
    format: "cjs",
    define: { "import.meta.url": "programUrl" },
    banner: { js: "(function (require, programUrl) {" },
    footer: { js: "})" },
    // src/program/start.ts reads it as Latin-1
    charset: "ascii",
    metafile: true,
  });
  return basename(Object.keys(metafile.outputs)[0] as string);
}

async function buildStart(program: string): Promise<void> {
  await build({
    ...shared,
    entryPoints: { cli: "src/program/start.ts" },
    format: "esm",
    define: { PROGRAM: JSON.stringify(program) },
  });
  chmodSync(join(outdir, "cli.js"), 0o755);
}
