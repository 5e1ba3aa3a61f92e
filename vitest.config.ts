import { defineConfig } from "vitest/config";
import { integration, outsideUnit } from "./test/unit-files.ts";

/**
 * Three projects. `unit` runs anywhere: as an ordinary user, without network, on any system that has Node, git, bash and Python.
 * `integration` works with what this machine has or installs (Debian packages, a package index, a browser), is about Linux, or takes
 * long. `host` boots real servers, so its files run one after the other.
 * The last line of every run is `N passed, N failed` (test/closing-line.ts).
 */
export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: [...outsideUnit],
          // For a test that hangs; how long one takes on a busy machine says nothing.
          testTimeout: 240_000,
          hookTimeout: 240_000,
        },
      },
      {
        test: {
          name: "integration",
          include: [...integration],
          testTimeout: 240_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "host",
          include: ["test/**/*.host.test.ts"],
          fileParallelism: false,
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
