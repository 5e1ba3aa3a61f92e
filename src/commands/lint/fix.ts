import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { createTwoFilesPatch } from "diff";
import { applyFixes } from "../../lint/fixes.ts";
import type { ExitCode } from "../command.ts";
import { judge } from "./judge.ts";
import { type OpenProject, openProject } from "./open-project.ts";
import type { LintOptions } from "./options.ts";
import { report } from "./print.ts";

/** A fix may make room for the next one: each input of each job takes a round. */
const MOST_ROUNDS = 100;

/** Applies the safe fixes, round after round, then reports what is left; with `--dry-run` shows the changes as a diff instead. */
export async function fix(
  files: readonly string[],
  options: LintOptions,
  project: OpenProject,
): Promise<ExitCode> {
  const { settings, surroundings } = project;
  const fixed = new Map<string, string>();
  let judgement = await judge(files, options, project);
  const before = judgement.texts;
  let applied = 0;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let inRound = 0;
    for (const [file, text] of judgement.texts) {
      const own = judgement.diagnostics.filter((each) => each.file === file);
      const result = applyFixes(file, text, own, options.unsafeFixes ? "all" : "safe");
      if (result.applied === 0) continue;
      fixed.set(file, result.text);
      inRound += result.applied;
    }
    if (inRound === 0) break;
    applied += inRound;
    judgement = await judge(files, options, await openProject(options, settings, surroundings, fixed));
  }
  if (options.dryRun) {
    for (const [file, text] of fixed) {
      surroundings.stdout.write(createTwoFilesPatch(`a/${file}`, `b/${file}`, before.get(file) ?? "", text));
    }
    return fixed.size > 0 ? 1 : 0;
  }
  for (const [file, text] of fixed) replaceFile(resolve(surroundings.cwd, file), text);
  if (applied > 0 && !options.quiet)
    surroundings.stderr.write(`berth: ${applied} fixes in ${fixed.size} files\n`);
  return report(judgement, options, settings, surroundings);
}

/** Writes beside and renames, so that an interruption leaves the old file or the new one. */
function replaceFile(path: string, text: string): void {
  if (readFileSync(path, "utf8") === text) return;
  const beside = `${path}.berth-${process.pid}`;
  try {
    writeFileSync(beside, text);
    chmodSync(beside, statSync(path).mode);
    renameSync(beside, path);
  } finally {
    rmSync(beside, { force: true });
  }
}
