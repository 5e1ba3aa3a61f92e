import picomatch from "picomatch";
import { loadYaml, Source, toJson, YamlError } from "../yaml/index.ts";
import { validateConfiguration } from "./configuration-schema.generated.ts";
import type { Severity } from "./diagnostic.ts";
import type { GitLabVersion } from "./project.ts";
import type { Rule } from "./rule.ts";

/** The section `lint` of `berth.yaml`, checked and with every field present. */
export interface Configuration {
  readonly gitlabVersion: GitLabVersion | undefined;
  readonly failOn: Severity | undefined;
  /** Files that folders do not bring in. */
  readonly isIgnored: (file: string) => boolean;
  readonly baseline: string | undefined;
  /** ShellCheck's codes that the project leaves out. */
  readonly disabledCodes: readonly number[];
  /** Folders with `<group>/<project>`: git repositories, or a folder for each version. */
  readonly mirrors: readonly string[];
  readonly severityOf: (rule: Rule, file: string) => Severity | undefined;
}

interface Written {
  readonly lint?: {
    readonly gitlab_version?: string | number;
    readonly fail_on?: Severity;
    readonly ignore?: readonly string[];
    readonly baseline?: string;
    readonly mirrors?: readonly string[];
    readonly shellcheck?: { readonly disable?: Readonly<Record<string, string>> };
    readonly rules?: Readonly<Record<string, Severity | "off" | false>>;
    readonly exceptions?: readonly {
      readonly rule: string;
      readonly files: readonly string[];
      readonly reason: string;
    }[];
  } | null;
}

/** The file is no configuration; the message is one line with the place. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** Reads the text of `berth.yaml`; undefined stands for no file. Throws ConfigurationError. */
export function readConfiguration(text: string | undefined, file = "berth.yaml"): Configuration {
  const lint = (text === undefined ? {} : (parse(text, file).lint ?? {})) as NonNullable<Written["lint"]>;
  const isIgnored = picomatch([...(lint.ignore ?? [])], { dot: true });
  const exceptions = (lint.exceptions ?? []).map(({ rule, files }) => ({
    rule,
    matches: picomatch([...files], { dot: true }),
  }));
  return {
    gitlabVersion: lint.gitlab_version === undefined ? undefined : parseVersion(String(lint.gitlab_version)),
    failOn: lint.fail_on,
    isIgnored: (name) => isIgnored(name),
    baseline: lint.baseline,
    disabledCodes: Object.keys(lint.shellcheck?.disable ?? {}).map((code) => Number(code.replace(/^SC/, ""))),
    mirrors: lint.mirrors ?? [],
    severityOf: (rule, name) => {
      if (exceptions.some((each) => each.rule === rule.id && each.matches(name))) return undefined;
      const written = lint.rules?.[rule.id];
      if (written === undefined) return rule.severity;
      return written === "off" || written === false ? undefined : written;
    },
  };
}

/** Reads a version such as `17.11` or `18.2.1-ee`. Returns undefined if it is none. */
export function parseVersion(text: string): GitLabVersion | undefined {
  const match = /^v?(\d+)\.(\d+)/.exec(text);
  return match ? { major: Number(match[1]), minor: Number(match[2]) } : undefined;
}

function parse(text: string, file: string): Written {
  let value: unknown;
  try {
    value = toJson(loadYaml(new Source(file, text)).value);
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new ConfigurationError(`${file}:${error.place.line}:${error.place.column}: ${error.message}`);
  }
  if (value === null) return {};
  if (validateConfiguration(value)) return value as Written;
  const faults = validateConfiguration.errors ?? [];
  const fault = faults.find(({ params }) => params.propertyName !== undefined) ?? faults[0];
  const path = (fault?.instancePath ?? "").split("/").filter(Boolean).join(".");
  const params = fault?.params ?? {};
  const unknown = params.propertyName ?? params.additionalProperty;
  if (unknown !== undefined)
    throw new ConfigurationError(`${file}: ${path || "settings"}: unknown key "${String(unknown)}"`);
  const allowed = Array.isArray(params.allowedValues)
    ? `: ${params.allowedValues.map((each) => JSON.stringify(each)).join(", ")}`
    : "";
  throw new ConfigurationError(
    `${file}: ${path === "" ? "" : `${path} `}${fault?.message ?? "is not valid"}${allowed}`,
  );
}
