import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import packageManifest from "../../../package.json" with { type: "json" };
import { UsageError } from "../../base/usage-error.ts";
import { applyBaseline, readBaseline, writeBaseline } from "../../lint/baseline.ts";
import type { Configuration } from "../../lint/configuration.ts";
import { isAtLeast } from "../../lint/diagnostic.ts";
import { fingerprints } from "../../lint/fingerprint.ts";
import { ruleTable } from "../../lint/rule-table.generated.ts";
import { type Finding, type Report, render } from "../../report/index.ts";
import type { ExitCode, Surroundings } from "../command.ts";
import type { Judgement } from "./judge.ts";
import type { LintOptions } from "./options.ts";

/** Prints what was found, without what the baseline puts up with. Returns the exit code. */
export function report(
  judgement: Judgement,
  options: LintOptions,
  settings: Configuration,
  surroundings: Surroundings,
): ExitCode {
  const { cwd, stderr } = surroundings;
  const findings = withFingerprints(judgement);
  if (options.writeBaseline !== undefined) {
    writeReport(resolve(cwd, options.writeBaseline), writeBaseline(findings));
    stderr.write(`berth: ${options.writeBaseline} lists ${findings.length} findings to ignore\n`);
    return 0;
  }
  const file = options.baseline ?? settings.baseline;
  const { fresh, stale } =
    file === undefined ? { fresh: findings, stale: 0 } : applyBaseline(findings, load(file, cwd));
  if (stale > 0 && !options.quiet) {
    stderr.write(
      `berth: ${stale} entries of ${file} match nothing any more; write it anew with --write-baseline\n`,
    );
  }
  print(judgement, fresh, options, settings, surroundings);
  const threshold = options.failOn ?? settings.failOn ?? "warning";
  return fresh.some((each) => isAtLeast(each.severity, threshold)) ? 1 : 0;
}

function print(
  { files, texts, unread }: Judgement,
  findings: readonly Finding[],
  { format, output, color }: LintOptions,
  { docs }: Configuration,
  { stdout, env, cwd }: Surroundings,
): void {
  const described: Report = {
    version: packageManifest.version,
    rules: ruleTable.map((rule) => ({ ...rule, docs: docs?.replaceAll("{rule}", rule.id) })),
    findings,
    files,
    unread,
    source: (file) => texts.get(file),
  };
  const colour = isColoured(color, stdout.isTTY === true, env);
  const style = { colour, columns: stdout.columns ?? 120 };
  if (output === undefined) {
    stdout.write(render(described, format, style));
    return;
  }
  writeReport(resolve(cwd, output), render(described, format, { ...style, colour: false }));
  stdout.write(render(described, "text", style));
}

/** `--color` decides; else `NO_COLOR` and `FORCE_COLOR` (https://force-color.org), else whether it is a terminal. */
function isColoured(
  asked: LintOptions["color"],
  isTerminal: boolean,
  { NO_COLOR, FORCE_COLOR }: Surroundings["env"],
): boolean {
  if (asked !== undefined && asked !== "auto") return asked !== "never";
  if (NO_COLOR) return false;
  return FORCE_COLOR ? FORCE_COLOR !== "0" : isTerminal;
}

function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function withFingerprints({ diagnostics, texts }: Judgement): Finding[] {
  const names = fingerprints(diagnostics, (file) => texts.get(file));
  return diagnostics.map((each, index) => ({ ...each, fingerprint: names[index] as string }));
}

function load(file: string, cwd: string) {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch {
    throw new UsageError(`cannot read the baseline ${file}: make it with --write-baseline ${file}`);
  }
  const baseline = readBaseline(text);
  if (!baseline) throw new UsageError(`${file} is no baseline: make it with --write-baseline ${file}`);
  return baseline;
}
