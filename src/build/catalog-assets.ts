import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Returns what `catalog/` becomes in a site: one style sheet and the scripts, by name. Classic scripts, because `file://` knows no modules. */
export async function catalogAssets(): Promise<Map<string, string>> {
  const platform = join(root, "catalog/platform.ts");
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ["style.css", "search.ts", "component.ts", "engine.ts", "reload.ts"].map(
      (name) => `catalog/${name}`,
    ),
    bundle: true,
    minify: true,
    write: false,
    outdir: "dist/catalog",
    format: "iife",
    platform: "browser",
    target: ["es2022", "chrome109", "firefox115", "safari16.4"],
    // What the engine needs of Node.js.
    inject: [platform],
    define: { "import.meta.url": '""' },
    logLevel: "warning",
  });
  return new Map(outputFiles.map(({ path, text }) => [basename(path), text]));
}
