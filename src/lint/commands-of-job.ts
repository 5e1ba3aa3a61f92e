import { YamlMap } from "../engine/yaml/values.ts";
import type { LintFile } from "./file.ts";
import { itemsOf, type Job } from "./jobs.ts";

/** Programs that only say something, look around, or end the job. */
const quiet = new Set(
  ": [ [[ case cat cd date do done echo elif else env esac exit export false fi for grep head if ls printf ps pwd read return set shift sleep tail test then true uname unset wait wc which while whoami".split(
    " ",
  ),
);

/**
 * Returns the commands that a job's runner executes before it collects artifacts, as one text; undefined if some of them stand
 * elsewhere: behind `extends`, `!reference` or an input.
 */
export function commandsOf(job: Job, file: LintFile): string | undefined {
  if (job.entry("extends") || job.entry("run") || job.entry("trigger")) return undefined;
  const defaults = file.body?.get("default");
  const before =
    job.entry("before_script") ??
    (defaults instanceof YamlMap ? defaults.entry("before_script") : undefined) ??
    file.body?.entry("before_script");
  const items = [before, job.entry("script"), job.entry("after_script")].flatMap(itemsOf);
  const texts = items.map(({ value }) => value);
  if (texts.length === 0 || !texts.every((text) => typeof text === "string" && !text.includes("$[[")))
    return undefined;
  return texts.join("\n");
}

/** True if no command can write a file: each is known, and nothing is redirected or substituted. */
export function writesNothing(commands: string): boolean {
  if (/[>`]|\$\(|<\(/.test(commands)) return false;
  return commands
    .split(/\n|;|&&|\|\|?|&/)
    .map((command) => command.trim().replace(/^(?:(?:if|then|else|elif|while|do|!)\s+)+/, ""))
    .every(
      (command) => command === "" || command.startsWith("#") || quiet.has(command.split(/\s/, 1)[0] ?? ""),
    );
}

/** The words of some commands that may name files. */
export function fileNamesIn(commands: string): string[] {
  return commands.split(/[\s'"=:;|&<>()`,]+/).filter((word) => /[\w-]\.\w+$/.test(word));
}
