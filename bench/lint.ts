import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/*
 * usage: npm run bench
 * Lints this project's templates, and 50 to 400 copies of them, with the built CLI as a whole process and a warm cache; beside it
 * `gitlab-ci-local --preview` of one small pipeline. Exits with 1 when a goal is missed.
 */

const root = resolve(import.meta.dirname, "..");
const berth = join(root, "dist/cli.js");
const MOST_FOR_TEMPLATES = 250;
const MOST_FOR_250_FILES = 1000;

const failures: string[] = [];
const scratch = mkdtempSync(join(tmpdir(), "berth-bench-lint-"));
try {
  const own = best(7, () => lint(root, "templates"));
  const peer = best(2, () => preview());
  console.log(`berth lint templates: ${own.toFixed(0)} ms (goal ≤ ${MOST_FOR_TEMPLATES} ms)`);
  console.log(
    `gitlab-ci-local --preview of one job: ${peer.toFixed(0)} ms, ${(peer / own).toFixed(1)} times as long`,
  );
  if (own > MOST_FOR_TEMPLATES) failures.push(`berth lint templates takes ${own.toFixed(0)} ms`);
  const times = [50, 250, 500].map((count) => {
    const folder = copies(count);
    const time = best(3, () => lint(folder, "."));
    console.log(`${String(count).padStart(3)} files: ${time.toFixed(0)} ms`);
    return { count, time };
  });
  const [, middle, most] = times;
  if (middle && middle.time > MOST_FOR_250_FILES)
    failures.push(`250 files take ${middle.time.toFixed(0)} ms`);
  const growth = (most?.time ?? 0) / (middle?.time ?? 1);
  console.log(`twice the files, ${growth.toFixed(2)} times as long (goal ≤ 2.2)`);
  if (growth > 2.2) failures.push(`time grows ${growth.toFixed(2)} times from 250 to 500 files`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const failure of failures) console.log(`missed: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** A project with so many components: the fixtures of the rules, in turn. */
function copies(count: number): string {
  const folder = join(scratch, String(count));
  mkdirSync(join(folder, "templates"), { recursive: true });
  const fixtures = join(root, "test/rules/fixtures");
  const texts = readdirSync(fixtures).map((rule) =>
    readFileSync(join(fixtures, rule, "quiet.yml"), "utf8").replace(/^#--- .*\n/, ""),
  );
  for (let index = 0; index < count; index++) {
    writeFileSync(join(folder, "templates", `component_${index}.yml`), texts[index % texts.length] ?? "");
  }
  return folder;
}

function lint(cwd: string, path: string): number {
  return timed(() => spawnSync(process.execPath, [berth, "lint", path, "--quiet"], { cwd, stdio: "ignore" }));
}

function preview(): number {
  const folder = join(scratch, "peer");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitlab-ci.yml"), "build:\n  script: ./build.sh\n");
  spawnSync("git", ["init", "-q"], { cwd: folder });
  const program = join(root, "node_modules/.bin/gitlab-ci-local");
  return timed(() => spawnSync(program, ["--preview"], { cwd: folder, stdio: "ignore" }));
}

function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function best(times: number, run: () => number): number {
  return Math.min(...Array.from({ length: times }, run));
}
