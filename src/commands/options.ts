import type { Command } from "commander";
import { UsageError } from "../base/usage-error.ts";
import type { ExecutorChoice } from "../pipelines/executor.ts";

/** Gathers the values of an option that is given several times. */
export function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** The value, where it is one of the choices. @throws UsageError that lists them */
export function oneOf<T extends string>(option: string, value: string, choices: readonly T[]): T {
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  throw new UsageError(`${option} ${value}: the choices are ${choices.join(", ")}`);
}

/** How jobs run: `--executor`. @throws UsageError */
export function executorOf({ executor }: { readonly executor: string }): ExecutorChoice {
  return oneOf("--executor", executor, ["auto", "shell", "container"]);
}

/** How many jobs or runs there are at the same time: `--concurrency`. @throws UsageError */
export function concurrencyOf({ concurrency }: { readonly concurrency: string }): number {
  const number = Number(concurrency);
  if (Number.isInteger(number) && number >= 1 && number <= 64) return number;
  throw new UsageError(`--concurrency ${concurrency}: give a whole number from 1 to 64`);
}

/**
 * Declares where files of other projects come from: `--with`, `--mirror` and `--sources`, the same words in every command.
 * `local` names what is read where no GitLab is asked.
 */
export function declareElsewhere(command: Command, local = "--with and --mirror"): Command {
  return command
    .option(
      "--with <project=folder>",
      "take another project's files from a folder, whatever the version (repeatable)",
      collect,
      [],
    )
    .option(
      "--mirror <folder>",
      "take other projects from <folder>/<full path>: git, or a folder for each version (repeatable)",
      collect,
      [],
    )
    .option(
      "--sources <where>",
      `where other projects come from: local (${local}), or gitlab: what is not there is read from GITLAB_URL`,
      "local",
    );
}
