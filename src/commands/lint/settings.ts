import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { parseVersionRange } from "../../engine/version/index.ts";
import { type Configuration, configure } from "../../lint/configuration.ts";
import { meant } from "../../lint/nearest.ts";
import { ruleTable } from "../../lint/rule-table.generated.ts";
import type { Surroundings } from "../command.ts";
import type { LintOptions } from "./options.ts";

/** The settings of a run: `berth.yaml`, overridden by options. Throws UsageError for what is wrong with either. */
export async function loadSettings(options: LintOptions, { cwd }: Surroundings): Promise<Configuration> {
  const read = await readSettings(options.config, cwd);
  const mirrors = read.mirrors.map((mirror) => resolve(cwd, mirror));
  const settings = withRules({ ...read, mirrors }, options);
  if (options.gitlabVersion === undefined) return settings;
  const gitlabVersions = parseVersionRange(options.gitlabVersion);
  if (!gitlabVersions)
    throw new UsageError(
      `--gitlab-version ${options.gitlabVersion}: write a version such as 17.11, or a range such as 17.0..newest`,
    );
  const circumstances = `${settings.circumstances} ${options.gitlabVersion}`;
  return { ...settings, gitlabVersions, circumstances };
}

/** The rules that `--rule` and `--ignore` leave. */
function withRules(settings: Configuration, { rule = [], ignore = [] }: LintOptions): Configuration {
  const [only, without] = [namesOf(rule), namesOf(ignore)];
  if (only.length + without.length === 0) return settings;
  return {
    ...settings,
    severityOf: (each, file) =>
      (only.length > 0 && !only.includes(each.id)) || without.includes(each.id)
        ? undefined
        : settings.severityOf(each, file),
    circumstances: `${settings.circumstances} ${only.join(",")} -${without.join(",")}`,
  };
}

/** Splits at commas. Throws UsageError for a name that is no rule's. */
function namesOf(written: readonly string[]): string[] {
  const names = written.flatMap((each) => each.split(",")).map((name) => name.trim());
  const ids = ruleTable.map(({ id }) => id);
  for (const name of names) {
    if (ids.includes(name)) continue;
    throw new UsageError(`there is no rule "${name}"; ${meant(name, ids) ?? "berth explain lists them"}`);
  }
  return names;
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
