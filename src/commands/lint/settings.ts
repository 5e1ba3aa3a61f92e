import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Configuration, ConfigurationError, parseVersion, readConfiguration } from "../../lint/index.ts";
import { type Surroundings, UsageError } from "../command.ts";
import type { LintOptions } from "./options.ts";

/** The settings of a run: `berth.yaml`, overridden by options. Throws UsageError for what is wrong with either. */
export function loadSettings(options: LintOptions, { cwd }: Surroundings): Configuration {
  const settings = readSettings(options.config, cwd);
  if (options.gitlabVersion === undefined) return settings;
  const gitlabVersion = parseVersion(options.gitlabVersion);
  if (!gitlabVersion)
    throw new UsageError(`--gitlab-version ${options.gitlabVersion}: write a version such as 17.11`);
  return { ...settings, gitlabVersion };
}

function readSettings(file: string | undefined, cwd: string): Configuration {
  const text = readOptional(resolve(cwd, file ?? "berth.yaml"));
  if (file !== undefined && text === undefined) throw new UsageError(`cannot read ${file}`);
  try {
    return readConfiguration(text, file);
  } catch (error) {
    if (error instanceof ConfigurationError) throw new UsageError(error.message);
    throw error;
  }
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
