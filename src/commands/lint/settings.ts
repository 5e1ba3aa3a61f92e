import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { parseVersionRange } from "../../engine/version/index.ts";
import { type Configuration, configure } from "../../lint/configuration.ts";
import type { Surroundings } from "../command.ts";
import type { LintOptions } from "./options.ts";

/** The settings of a run: `berth.yaml`, overridden by options. Throws UsageError for what is wrong with either. */
export async function loadSettings(options: LintOptions, { cwd }: Surroundings): Promise<Configuration> {
  const settings = await readSettings(options.config, cwd);
  if (options.gitlabVersion === undefined) return settings;
  const gitlabVersions = parseVersionRange(options.gitlabVersion);
  if (!gitlabVersions)
    throw new UsageError(
      `--gitlab-version ${options.gitlabVersion}: write a version such as 17.11, or a range such as 17.0..newest`,
    );
  const circumstances = `${settings.circumstances} ${options.gitlabVersion}`;
  return { ...settings, gitlabVersions, circumstances };
}

async function readSettings(file: string | undefined, cwd: string): Promise<Configuration> {
  const text = readOptional(resolve(cwd, file ?? "berth.yaml"));
  if (file !== undefined && text === undefined) throw new UsageError(`cannot read ${file}`);
  if (text === undefined) return configure({});
  const { readConfiguration } = await import("../../lint/read-configuration.ts");
  return readConfiguration(text, file);
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
