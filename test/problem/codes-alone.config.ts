import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { outsideUnit } from "../unit-files.ts";

const words = fileURLToPath(new URL("../../src/engine/problem/say.ts", import.meta.url));

/** The shortest of each room, which run in every `npm test`; `npm run test:codes` runs all. */
const quick = ["rules/rules", "lint/lint-job", "catalog/judge", "release/compare", "docs/docs"];
const whole = process.env.BERTH_CODES === "whole";

/**
 * The unit tests of the rooms that work with the engine's problems, with every message replaced by its code: also in the programs that
 * they start. codes-alone.integration.test.ts runs them.
 */
export default defineConfig({
  plugins: [
    {
      name: "codes instead of words",
      enforce: "pre",
      load: (id) => (id === words ? "export const say = (code) => code;" : undefined),
    },
  ],
  test: {
    include: whole
      ? ["test/{rules,lint,catalog,release,docs,smoke}/**/*.test.ts"]
      : quick.map((each) => `test/${each}.test.ts`),
    exclude: [...outsideUnit],
    env: { NODE_OPTIONS: `--import ${new URL("codes-instead-of-words.mjs", import.meta.url).href}` },
    testTimeout: 240_000,
    hookTimeout: 240_000,
  },
});
