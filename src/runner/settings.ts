import type { RunnerJob } from "./job.ts";
import type { JobVariables } from "./variables.ts";
import { behaves } from "./version.ts";

/** The variables by which a job steers its runner, read. */
export interface JobSettings {
  readonly gitStrategy: "clone" | "fetch" | "none" | "empty";
  readonly gitCheckout: boolean;
  readonly gitClonePath: string;
  readonly gitCleanFlags: readonly string[];
  readonly gitFetchFlags: readonly string[];
  readonly submoduleStrategy: "none" | "normal" | "recursive" | "invalid";
  readonly submoduleDepth: number;
  readonly submodulePaths: readonly string[];
  readonly submoduleUpdateFlags: readonly string[];
  readonly skipSmudge: boolean;
  readonly attempts: { readonly sources: number; readonly artifacts: number; readonly cache: number };
  readonly ignoreAfterScriptErrors: boolean;
  readonly debugTrace: boolean;
  /** Feature flags that are not as they are by default, in the runner's words (`FF_SCRIPT_SECTIONS:true`). */
  readonly changedFlags: readonly string[];
  readonly timestamps: boolean;
  readonly scriptSections: boolean;
  readonly subshell: boolean;
  readonly checkEachCommand: boolean;
  /** What the runner says of values that it cannot use. */
  readonly warnings: readonly string[];
}

/** Reads the settings of a job as a runner of that version does (`common/build_settings.go`). */
export function readSettings(
  job: RunnerJob,
  variables: JobVariables,
  version: string,
  configured: Readonly<Record<string, boolean>> = {},
): JobSettings {
  const warnings: string[] = [];
  const read = new SettingReader(variables, warnings);
  const depth = job.git_info.depth ?? 0;
  const byDefault = flagsByDefault(version);
  const flag = (name: string) => configured[name] ?? read.flag(name, byDefault[name] ?? false);
  return {
    gitStrategy: read.gitStrategy(job.allow_git_fetch === false ? "clone" : "fetch"),
    gitCheckout: read.bool("GIT_CHECKOUT", true),
    gitClonePath: variables.get("GIT_CLONE_PATH"),
    gitCleanFlags: read.words("GIT_CLEAN_FLAGS", ["-ffdx"]),
    gitFetchFlags: read.words("GIT_FETCH_EXTRA_FLAGS", ["--prune", "--quiet"]),
    submoduleStrategy: read.submoduleStrategy(),
    submoduleDepth: read.number("GIT_SUBMODULE_DEPTH", depth),
    submodulePaths: read.words("GIT_SUBMODULE_PATHS", []),
    submoduleUpdateFlags: read.words("GIT_SUBMODULE_UPDATE_FLAGS", []),
    skipSmudge: read.bool("GIT_LFS_SKIP_SMUDGE", false),
    attempts: {
      sources: read.attempts("GET_SOURCES_ATTEMPTS"),
      artifacts: read.attempts("ARTIFACT_DOWNLOAD_ATTEMPTS"),
      cache: read.attempts("RESTORE_CACHE_ATTEMPTS"),
    },
    ignoreAfterScriptErrors: read.bool("AFTER_SCRIPT_IGNORE_ERRORS", true),
    debugTrace: read.bool("CI_DEBUG_TRACE", false),
    timestamps: flag("FF_TIMESTAMPS"),
    scriptSections: flag("FF_SCRIPT_SECTIONS"),
    subshell: behaves(version, "subshell")
      ? !flag("FF_USE_LEGACY_BASH_EVAL")
      : flag("FF_USE_NEW_BASH_EVAL_STRATEGY"),
    checkEachCommand: flag("FF_ENABLE_BASH_EXIT_CODE_CHECK"),
    changedFlags: Object.keys(byDefault).flatMap((name) =>
      flag(name) === byDefault[name] ? [] : [`${name}:${flag(name)}`],
    ),
    warnings,
  };
}

/** The flags that change how a job goes here. Source: `helpers/featureflags/flags.go` of both versions. */
function flagsByDefault(version: string): Readonly<Record<string, boolean>> {
  const subshell: Record<string, boolean> = behaves(version, "subshell")
    ? { FF_USE_LEGACY_BASH_EVAL: false }
    : { FF_USE_NEW_BASH_EVAL_STRATEGY: false };
  return {
    FF_SCRIPT_SECTIONS: false,
    FF_TIMESTAMPS: behaves(version, "timestamps"),
    FF_ENABLE_BASH_EXIT_CODE_CHECK: false,
    ...subshell,
  };
}

class SettingReader {
  private readonly variables: JobVariables;
  private readonly warnings: string[];

  constructor(variables: JobVariables, warnings: string[]) {
    this.variables = variables;
    this.warnings = warnings;
  }

  bool(name: string, otherwise: boolean): boolean {
    const text = this.variables.get(name);
    if (text === "") return otherwise;
    const value = parseBool(text);
    if (value !== undefined) return value;
    this.warnings.push(`${name}: expected bool got "${text}", using default value: ${otherwise}`);
    return otherwise;
  }

  flag(name: string, otherwise: boolean): boolean {
    return parseBool(this.variables.get(name)) ?? otherwise;
  }

  number(name: string, otherwise: number): number {
    const text = this.variables.get(name);
    if (text === "") return otherwise;
    if (/^[+-]?\d+$/.test(text)) return Number(text);
    this.warnings.push(`${name}: expected int got "${text}", using default value: ${otherwise}`);
    return otherwise;
  }

  attempts(name: string): number {
    const given = this.number(name, 1);
    const used = Math.min(10, Math.max(1, given));
    if (used !== given) {
      this.warnings.push(`${name}: number of attempts out of the range [1, 10], clamping to: ${used}`);
    }
    return used;
  }

  words(name: string, otherwise: readonly string[]): readonly string[] {
    const text = this.variables.get(name);
    if (text === "") return otherwise;
    return text === "none" ? [] : text.split(/\s+/).filter(Boolean);
  }

  gitStrategy(otherwise: "clone" | "fetch"): JobSettings["gitStrategy"] {
    const text = this.variables.get("GIT_STRATEGY");
    if (text === "clone" || text === "fetch" || text === "none" || text === "empty") return text;
    if (text !== "") {
      this.warnings.push(
        `GIT_STRATEGY: expected either 'clone', 'fetch', 'none' or 'empty' got "${text}", using default value '${otherwise}'`,
      );
    }
    return otherwise;
  }

  submoduleStrategy(): JobSettings["submoduleStrategy"] {
    const text = this.variables.get("GIT_SUBMODULE_STRATEGY");
    if (text === "normal" || text === "recursive" || text === "none") return text;
    if (text === "") return "none";
    this.warnings.push(
      `GIT_SUBMODULE_STRATEGY: expected either 'normal', 'recursive' or 'none' got "${text}"`,
    );
    return "invalid";
  }
}

/** The forms that Go's `strconv.ParseBool` takes. */
function parseBool(text: string): boolean | undefined {
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}
