import { UsageError } from "../base/usage-error.ts";
import { loadYaml, Source, toJson, YamlError } from "../engine/yaml/index.ts";
import { type Configuration, configure, type WrittenConfiguration } from "./configuration.ts";
import { validateConfiguration } from "./configuration-schema.generated.ts";
import { meant } from "./nearest.ts";
import { ruleTable } from "./rule-table.generated.ts";

/** The keys of the file, at all levels. */
const KEYS = [
  "lint",
  "gitlab_version",
  "fail_on",
  "ignore",
  "baseline",
  "docs",
  "mirrors",
  "shellcheck",
  "disable",
  "rules",
  "exceptions",
  "rule",
  "files",
  "reason",
];

/** The file is no configuration; the message is one line with the place. */
export class ConfigurationError extends UsageError {}

/** Reads the text of `berth.yaml`; undefined stands for no file. Throws ConfigurationError. */
export function readConfiguration(text: string | undefined, file = "berth.yaml"): Configuration {
  return configure(text === undefined ? {} : (parse(text, file).lint ?? {}));
}

function parse(text: string, file: string): { readonly lint?: WrittenConfiguration | null } {
  let value: unknown;
  try {
    value = toJson(loadYaml(new Source(file, text)).value);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ConfigurationError(`${file}:${error.place.line}:${error.place.column}: ${error.message}`);
  }
  if (value === null) return {};
  if (validateConfiguration(value)) return value as { lint?: WrittenConfiguration | null };
  const faults = validateConfiguration.errors ?? [];
  const fault = faults.find(({ params }) => params.propertyName !== undefined) ?? faults[0];
  const path = (fault?.instancePath ?? "").split("/").filter(Boolean).join(".");
  const params = fault?.params ?? {};
  const unknown = params.propertyName ?? params.additionalProperty;
  if (unknown !== undefined) {
    const near = meant(String(unknown), path === "lint.rules" ? ruleTable.map(({ id }) => id) : KEYS);
    const hint = near === undefined ? "" : `; ${near}`;
    throw new ConfigurationError(`${file}: ${path || "settings"}: unknown key "${String(unknown)}"${hint}`);
  }
  const allowed = Array.isArray(params.allowedValues)
    ? `: ${params.allowedValues.map((each) => JSON.stringify(each)).join(", ")}`
    : "";
  throw new ConfigurationError(
    `${file}: ${path === "" ? "" : `${path} `}${fault?.message ?? "is not valid"}${allowed}`,
  );
}
