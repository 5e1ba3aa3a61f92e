import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type GitlabServer, startGitlabServer } from "../gitlab-server/index.ts";
import { base } from "./pairs.ts";

/*
 * `berth release impact` as a process, over a group of 2,000 projects, killed with SIGKILL half-way and started again. Every seventh project
 * includes the component, in its pipeline file or, every twenty-first, in a file that this one includes; what they give breaks or does not.
 */
const count = 2000;
const cli = fileURLToPath(new URL("../../src/cli.ts", import.meta.url));
const tsx = import.meta.resolve("tsx");
const uses = (number: number) => number % 7 === 0;
const inOtherFile = (number: number) => number % 21 === 0;
const level = (number: number) => (number % 3) + 1;
const isMoving = (number: number) => number % 2 === 0;

let server: GitlabServer;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "berth-survey-"));
  mkdirSync(join(folder, "templates"));
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=T", "-c", "user.email=t@example.com", ...args], { cwd: folder });
  git("init", "--quiet");
  writeFileSync(join(folder, "templates/check.yml"), base);
  git("add", "--all");
  git("commit", "--quiet", "--message", "First");
  git("tag", "1.0.0");
  // The next release takes no level 3 any more.
  writeFileSync(join(folder, "templates/check.yml"), base.replace("[1, 2, 3]", "[1, 2]"));
  server = await startGitlabServer();
  for (let number = 0; number < count; number += 1) server.addPaperProject(`big/p${number}`, filesOf(number));
}, 60_000);

afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe("a group of 2,000 projects", () => {
  it("is surveyed with no request more than needed, also after kill -9, and every seeded break is found", async () => {
    const killed = start();
    while (server.log.length < 700) await sleep(5);
    killed.child.kill("SIGKILL");
    await killed.ended;
    const asked = server.log.length;
    const { code, stdout, stderr } = await start("--notes", "notes").ended;

    expect(code).toBe(1);
    expect(stderr).toMatch(/^going on after \d+00 projects/);
    const { projects, impacts } = JSON.parse(stdout);
    expect(projects).toBe(count);
    const numbers = Array.from({ length: count }, (_, number) => number).filter(uses);
    expect(impacts.map((each: { consumer: string }) => each.consumer)).toEqual(
      numbers.map((each) => `big/p${each}`),
    );
    for (const [index, number] of numbers.entries()) {
      const file = inOtherFile(number) ? "ci/checks.yml" : ".gitlab-ci.yml";
      expect(impacts[index]).toMatchObject({
        breaks: level(number) === 3,
        moving: isMoving(number),
        use: {
          version: isMoving(number) ? "1" : "1.0.0",
          inputs: { level: level(number) },
          place: { file, line: 2 },
        },
      });
    }

    // A page for 100 projects, each project's file, and the other file where there is one; the page that was cut short once more.
    const needed =
      count / 100 + count + Array.from({ length: count }, (_, each) => each).filter(inOtherFile).length;
    expect(server.log.length).toBeGreaterThanOrEqual(needed);
    expect(server.log.length).toBeLessThanOrEqual(needed + 1 + 100 + 5);
    expect(asked).toBeLessThan(needed);

    const broken = numbers.filter((each) => level(each) === 3);
    expect(readdirSync(join(folder, "notes"))).toHaveLength(broken.length);
    const note = readFileSync(join(folder, `notes/big--p${broken.find(isMoving)}.md`), "utf8");
    expect(note).toContain("- refused: `level` input: ");
    expect(note).toContain("**pin the present one now**");
    expect(existsSync(join(folder, "state.json"))).toBe(false);
  }, 120_000);
});

function filesOf(number: number): Record<string, string> {
  const version = isMoving(number) ? "1" : "1.0.0";
  const include = `include:\n  - component: $CI_SERVER_FQDN/lib/checks/check@${version}\n    inputs: { target: a, level: ${level(number)} }\n`;
  if (!uses(number)) return { ".gitlab-ci.yml": "a: { script: [b] }\n" };
  if (!inOtherFile(number)) return { ".gitlab-ci.yml": include };
  return { ".gitlab-ci.yml": "include: [ci/checks.yml]\n", "ci/checks.yml": include };
}

function start(...more: string[]) {
  const args = [
    "release",
    "impact",
    "--group",
    "big",
    "--project",
    "lib/checks",
    "--json",
    "--state",
    "state.json",
  ];
  const child = spawn(process.execPath, ["--import", tsx, cli, ...args, "--per-second", "5000", ...more], {
    cwd: folder,
    env: { PATH: process.env.PATH, GITLAB_URL: server.address, GITLAB_TOKEN: server.token },
  });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk) => {
    stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, stdout, stderr })),
  );
  return { child, ended };
}
