import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";
import LongFilesFirst from "./test/long-files-first.ts";
import { integration, outsideUnit } from "./test/unit-files.ts";

const cores = availableParallelism();

/**
 * Files of the project `host` side by side: two a core, since they wait for servers most of the time, and as many as the memory
 * allows. A file takes 1.5 GB at most: its own process, two servers, what is built on them.
 */
const hostFiles = Math.max(1, Math.min(2 * cores, Math.floor(process.availableMemory() / 1.5e9)));

/**
 * Three projects. `unit` runs anywhere: as an ordinary user, without network, on any system that has Node, git, bash and Python.
 * `integration` works with what this machine has or installs (Debian packages, a package index, a browser), is about Linux, or takes
 * long. `host` comes after them and boots real servers, each with a disk, a network and a name of its own.
 * The last line of every run is `N passed, N failed` (test/closing-line.ts).
 */
export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    maxWorkers: cores, // vitest leaves one core idle
    // An order that the command line asks for (npm run test:repeat) wins.
    ...(process.argv.some((each) => each.startsWith("--sequence"))
      ? {}
      : { sequence: { sequencer: LongFilesFirst } }),
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
          globalSetup: ["./test/integration-machine.ts"],
          testTimeout: 240_000,
          hookTimeout: 600_000,
        },
      },
      {
        test: {
          name: "host",
          include: ["test/**/*.host.test.ts"],
          sequence: { groupOrder: 1 },
          maxWorkers: hostFiles,
          // Twenty times what they take on a quiet machine: a busy one is slow, and that is no failure.
          testTimeout: 2_400_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
});
