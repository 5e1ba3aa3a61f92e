import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/*
 * usage: npm run bench
 * Lints this project's templates, and 250 and 500 components, with the built CLI as a whole process: files that an earlier run has
 * judged (known), and files that none has (fresh): by Berth alone, and with ShellCheck, which takes as long as it takes. The peer is
 * `gitlab-ci-local --list`, which reads a pipeline of one job. Exits with 1 when a goal is missed.
 */

const root = resolve(import.meta.dirname, "../..");
const berth = join(root, "dist/cli.js");

/** How many times as long the peer takes for one job as we for all templates, and the most that double the files may cost. */
const LEAST_RATIO = { known: 4, fresh: 1.7 };
const MOST_GROWTH = 2.2;
/** How many bare starts of Node a lint of known templates may take. */
const MOST_STARTS = 2;

const failures: string[] = [];
const scratch = mkdtempSync(join(tmpdir(), "berth-bench-lint-"));
const cache = join(scratch, "cache");
try {
  const peer = best(3, () => preview());
  console.log(`gitlab-ci-local --list of one job: ${peer.toFixed(0)} ms`);
  compareTemplates(peer);
  compareSizes();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
for (const failure of failures) console.log(`missed: ${failure}`);
process.exitCode = failures.length > 0 ? 1 : 0;

/** The goal is 250 ms on an idle machine with two cores. */
function compareTemplates(peer: number): void {
  const times = measure(root, "templates");
  const bare = best(9, () => timed(() => spawnSync(process.execPath, ["-e", "0"], { stdio: "ignore" })));
  for (const state of ["known", "fresh"] as const) {
    const ratio = peer / times[state];
    console.log(
      `berth lint templates, ${state}: ${times[state].toFixed(0)} ms; the peer takes ${ratio.toFixed(1)} times as long (goal ≥ ${LEAST_RATIO[state]})`,
    );
    if (ratio < LEAST_RATIO[state]) failures.push(`templates, ${state}: ${ratio.toFixed(1)} times`);
  }
  const starts = times.known / bare;
  console.log(
    `berth lint templates, known: ${starts.toFixed(2)} times as long as a bare start of Node (goal < ${MOST_STARTS})`,
  );
  if (starts >= MOST_STARTS) failures.push(`templates, known: ${starts.toFixed(2)} bare starts of Node`);
  console.log(`berth lint templates, fresh and with ShellCheck: ${times.withShellCheck.toFixed(0)} ms`);
}

/** The goal is a second for 250 files. */
function compareSizes(): void {
  const times = [250, 500].map((count) => ({ count, ...measure(components(count), ".") }));
  for (const { count, known, fresh, withShellCheck } of times) {
    console.log(
      `${count} components: known ${known.toFixed(0)} ms, fresh ${fresh.toFixed(0)} ms, with ShellCheck ${withShellCheck.toFixed(0)} ms`,
    );
  }
  for (const state of ["known", "fresh"] as const) {
    const growth = (times[1]?.[state] ?? 0) / (times[0]?.[state] ?? 1);
    console.log(`twice the files, ${state}: ${growth.toFixed(2)} times as long (goal ≤ ${MOST_GROWTH})`);
    if (growth > MOST_GROWTH) failures.push(`twice the files, ${state}: ${growth.toFixed(2)} times as long`);
  }
}

/** Milliseconds of a whole process: with the results of an earlier run, and without them. */
function measure(cwd: string, path: string): { known: number; fresh: number; withShellCheck: number } {
  const forgetful = (...args: string[]) => {
    rmSync(join(cache, "berth/lint"), { recursive: true, force: true });
    return lint(cwd, path, ...args);
  };
  return {
    fresh: best(5, () => forgetful("--no-shellcheck")),
    withShellCheck: best(3, () => forgetful()),
    known: best(5, () => lint(cwd, path)),
  };
}

/** A project with so many components: the fixtures of the rules, in turn. */
function components(count: number): string {
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

function lint(cwd: string, path: string, ...args: string[]): number {
  const env = { ...process.env, XDG_CACHE_HOME: cache };
  const command = [berth, "lint", path, "--quiet", ...args];
  return timed(() => spawnSync(process.execPath, command, { cwd, env, stdio: "ignore" }));
}

function preview(): number {
  const folder = join(scratch, "peer");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, ".gitlab-ci.yml"), "build:\n  script: ./build.sh\n");
  spawnSync("git", ["init", "-q"], { cwd: folder });
  const program = join(root, "node_modules/.bin/gitlab-ci-local");
  return timed(() => spawnSync(program, ["--list"], { cwd: folder, stdio: "ignore" }));
}

function timed(run: () => unknown): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function best(times: number, run: () => number): number {
  return Math.min(...Array.from({ length: times }, run));
}
