import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { randomSource } from "../fuzz/mutate.ts";
import { RunProject } from "./project.ts";

/** More with `BERTH_INTERRUPTIONS=200`, from another beginning with `BERTH_SEED`. */
const count = Number(process.env.BERTH_INTERRUPTIONS ?? 6);
const random = randomSource(Number(process.env.BERTH_SEED ?? 21));

const ways = ["SIGINT", "SIGTERM", "SIGKILL", "pipe", "SIGINT twice"] as const;
const interruptions = Array.from({ length: count }, (_, index) => ({
  number: index + 1,
  way: ways[index % ways.length] as (typeof ways)[number],
  // With the first line the run has begun; a whole run has about 20.
  afterLines: 1 + Math.floor(random() * 15),
}));

/** A second signal does not wait for an orderly end; one that comes after a closed pipe is a second one. */
const exitCodes = { SIGINT: [2], SIGTERM: [2], pipe: [2, 143], "SIGINT twice": [2, 130] };

const pipeline = `
stages: [build, test]
make:
  stage: build
  script:
    - mkdir out; for i in $(seq 200); do echo $i > out/$i; done
    - (trap '' TERM HUP; exec sleep 600) & setsid sleep 600 &
    - echo made
  artifacts: { paths: [out/] }
use:
  stage: test
  parallel: 2
  script: [ls out | wc -l, 'sleep 600 & echo waiting; wait']
  timeout: 5 minutes
`;

let project: RunProject;

afterEach(() => project.remove());

describe("berth run, interrupted at any moment", () => {
  it.each(interruptions)("$number: $way after line $afterLines", async ({ way, afterLines }) => {
    project = await RunProject.create({ ".gitlab-ci.yml": pipeline });
    const before = await project.state();
    const temporary = join(project.root, "tmp");
    await mkdir(temporary);
    const child = start(temporary);
    const ended = once(child, "exit");
    await lines(child, afterLines);
    interrupt(child, way);
    const [code, signal] = await ended;
    if (way === "SIGKILL") expect(signal).toBe("SIGKILL");
    else expect(exitCodes[way]).toContain(code);
    await expectNothingLeft(temporary);
    const caches = await readdir(join(project.root, ".cache"), { recursive: true }).catch(() => []);
    expect(caches.filter((name) => name.endsWith("~"))).toEqual([]);
    expect(await project.state()).toBe(before);
  }, 120_000);
});

function start(temporary: string): ChildProcess {
  const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
  const { PATH } = process.env;
  return spawn(process.execPath, ["--import", import.meta.resolve("tsx"), cli, "run", "--verbose"], {
    cwd: project.folder,
    env: { PATH, HOME: project.root, TMPDIR: temporary, GIT_CONFIG_NOSYSTEM: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Settles when the run has written so many lines, and at the latest when nothing more can come: both `use` wait. */
async function lines(child: ChildProcess, wanted: number): Promise<void> {
  let text = "";
  for (;;) {
    if (text.split("\n").length > wanted || (text.match(/waiting/g)?.length ?? 0) >= 4) return;
    const [part] = await once(child.stderr as NodeJS.ReadableStream, "data");
    text += String(part);
  }
}

function interrupt(child: ChildProcess, way: (typeof ways)[number]): void {
  child.stderr?.resume();
  if (way === "pipe") {
    child.stdout?.destroy();
    child.stderr?.destroy();
    // A run that has nothing to say does not notice.
    child.kill("SIGTERM");
  } else if (way === "SIGINT twice") {
    child.kill("SIGINT");
    child.kill("SIGINT");
  } else child.kill(way);
}

/** Whoever cleans up after a run that was killed comes a moment later. */
async function expectNothingLeft(temporary: string): Promise<void> {
  for (let looks = 0; looks < 300; looks += 1) {
    if ((await leftIn(temporary)).length === 0) return;
    await pause(100);
  }
  expect(await leftIn(temporary)).toEqual([]);
}

/** Files and processes, but for the cache of what runs TypeScript here, and for a script that was about to lose its name (src/runner). */
async function leftIn(temporary: string): Promise<string[]> {
  const files = (await readdir(temporary)).filter((name) => !/^(?:tsx-|\.berth-script-)/.test(name));
  return [...files, ...(await processesOf(temporary))];
}

/** Processes that carry the folder in their environment, as the program itself and all that it starts does. */
async function processesOf(folder: string): Promise<string[]> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const environment = await readFile(`/proc/${id}/environ`, "utf8").catch(() => "");
      const command = await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "");
      return environment.includes(folder) && command !== "" ? [`${id} ${command.replaceAll("\0", " ")}`] : [];
    }),
  );
  return found.flat();
}
