import { defineConfig } from "vitest/config";

/**
 * Two projects: `unit` runs files side by side; `host` boots real servers, so its files run one after the other.
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
          exclude: ["test/**/*.host.test.ts"],
          testTimeout: 60_000,
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
