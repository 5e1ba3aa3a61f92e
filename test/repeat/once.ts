import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Outcome } from "./results.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** vitest's JSON report, as far as it is read here (docs, guide/reporters "JSON Reporter"). */
interface Report {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly startTime: number;
    readonly endTime: number;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

/** Runs the unit project once, files and tests in the order of `seed`. Aborted: ends it with all that it started. */
export async function runUnitTests(seed: number, signal: AbortSignal): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), "berth-repeat-"));
  const report = join(folder, "report.json");
  const began = performance.now();
  try {
    const output = await vitest(
      [
        "--sequence.shuffle.files",
        "--sequence.shuffle.tests",
        `--sequence.seed=${seed}`,
        `--outputFile=${report}`,
      ],
      folder,
      signal,
    );
    const seconds = Math.round((performance.now() - began) / 1000);
    if (signal.aborted) return { passed: 0, failing: [], skipped: [], seconds, slowest: [] };
    return { ...read(report, output), seconds };
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** In a process group of its own: Ctrl-C reaches this process only, which then ends the whole group. */
async function vitest(options: readonly string[], temporary: string, signal: AbortSignal): Promise<string> {
  const program = join(root, "node_modules/vitest/vitest.mjs");
  const child = spawn(process.execPath, [program, "run", "--project=unit", "--reporter=json", ...options], {
    cwd: root,
    // What a run that was ended leaves behind goes with its folder.
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-10_000);
    });
  const endGroup = () => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch {
      // It has ended already.
    }
  };
  signal.addEventListener("abort", endGroup, { once: true });
  if (signal.aborted) endGroup();
  await once(child, "close");
  signal.removeEventListener("abort", endGroup);
  return output;
}

/** @throws Error with what vitest printed where it has left no report */
function read(file: string, output: string): Omit<Outcome, "seconds"> {
  let report: Report;
  try {
    report = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    throw new Error(`vitest ended without a report:\n${output}`);
  }
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, status }) => ({
      name: `${relative(root, name)} > ${fullName}`,
      status,
    })),
  );
  const named = (...states: string[]) =>
    tests.filter(({ status }) => states.includes(status)).map(({ name }) => name);
  // A file that cannot be loaded, or whose hooks fail, has failed beside its tests.
  const files = report.testResults
    .filter(
      ({ status, assertionResults }) =>
        status === "failed" && !assertionResults.some((each) => each.status === "failed"),
    )
    .map(({ name, message }) => `${relative(root, name)}: ${message.split("\n")[0]}`);
  return {
    passed: named("passed").length,
    failing: [...named("failed"), ...files].sort(),
    skipped: named("skipped", "pending", "todo", "disabled").sort(),
    slowest: report.testResults
      .map(({ name, startTime, endTime }) => ({
        file: relative(root, name),
        seconds: Math.round((endTime - startTime) / 100) / 10,
      }))
      .sort((a, b) => b.seconds - a.seconds)
      .slice(0, 5),
  };
}
