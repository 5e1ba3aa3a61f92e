import picomatch from "picomatch";
import { parseVersionRange, type VersionRange } from "../engine/version/index.ts";
import type { Severity } from "./diagnostic.ts";
import type { SeverityOf } from "./finish.ts";

/** The section `lint` of `berth.yaml`, checked and with every field present. */
export interface Configuration {
  readonly gitlabVersions: VersionRange | undefined;
  readonly failOn: Severity | undefined;
  /** Files that folders do not bring in. */
  readonly isIgnored: (file: string) => boolean;
  readonly baseline: string | undefined;
  /** Where rules are explained: an address with `{rule}` in it. */
  readonly docs: string | undefined;
  /** ShellCheck's codes that the project leaves out. */
  readonly disabledCodes: readonly number[];
  /** Folders with `<group>/<project>`: git repositories, or a folder for each version. */
  readonly mirrors: readonly string[];
  readonly severityOf: SeverityOf;
  /** Everything that the findings of a file depend on, as text: the file as it was written, and the version of GitLab. */
  readonly circumstances: string;
}

/** The section `lint` of `berth.yaml` as it is written. */
export interface WrittenConfiguration {
  readonly gitlab_version?: string | number;
  readonly fail_on?: Severity;
  readonly ignore?: readonly string[];
  readonly baseline?: string;
  readonly docs?: string;
  readonly mirrors?: readonly string[];
  readonly shellcheck?: { readonly disable?: Readonly<Record<string, string>> };
  readonly rules?: Readonly<Record<string, Severity | "off" | false>>;
  readonly exceptions?: readonly {
    readonly rule: string;
    readonly files: readonly string[];
    readonly reason: string;
  }[];
}

/** Completes what is written. */
export function configure(lint: WrittenConfiguration): Configuration {
  const isIgnored = matcher(lint.ignore ?? []);
  const exceptions = (lint.exceptions ?? []).map(({ rule, files }) => ({ rule, matches: matcher(files) }));
  return {
    gitlabVersions:
      lint.gitlab_version === undefined ? undefined : parseVersionRange(String(lint.gitlab_version)),
    failOn: lint.fail_on,
    isIgnored: (name) => isIgnored(name),
    baseline: lint.baseline,
    docs: lint.docs,
    disabledCodes: Object.keys(lint.shellcheck?.disable ?? {}).map((code) => Number(code.replace(/^SC/, ""))),
    mirrors: lint.mirrors ?? [],
    severityOf: (rule, name) => {
      if (exceptions.some((each) => each.rule === rule.id && each.matches(name))) return undefined;
      const written = lint.rules?.[rule.id];
      if (written === undefined) return rule.severity;
      return written === "off" || written === false ? undefined : written;
    },
    circumstances: JSON.stringify(lint),
  };
}

function matcher(patterns: readonly string[]): (name: string) => boolean {
  return picomatch([...patterns], { dot: true });
}
