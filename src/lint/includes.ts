import type { Place } from "../engine/yaml/source.ts";
import { YamlMap, type YamlValue } from "../engine/yaml/values.ts";
import type { LintFile } from "./file.ts";
import { itemsOf } from "./jobs.ts";

/** One entry of `include:`. */
export interface Include {
  readonly kind: "local" | "component" | "project" | "remote" | "template";
  /** The path, address or project path. */
  readonly value: string;
  readonly at: Place | undefined;
  /** The whole entry. */
  readonly entryPlace: Place | undefined;
  /** The entry as a mapping; undefined for the short form. */
  readonly map: YamlMap | undefined;
  /** True for the pipeline of a child, which GitLab reads when the child starts. */
  readonly isChild: boolean;
}

const kinds = ["local", "component", "project", "remote", "template"] as const;

/** Lists the includes of a file, at the top level and in `trigger:include`. */
export function includesOf(file: LintFile): Include[] {
  const triggers = file.jobs.flatMap((job) => {
    const trigger = job.map.get("trigger");
    return trigger instanceof YamlMap ? itemsOf(trigger.entry("include")) : [];
  });
  return [
    ...itemsOf(file.body?.entry("include")).flatMap(({ value, place }) => include(value, place, false)),
    ...triggers.flatMap(({ value, place }) => include(value, place, true)),
  ];
}

function include(value: YamlValue, place: Place | undefined, isChild: boolean): Include[] {
  if (typeof value === "string") {
    const kind = /^https?:\/\//.test(value) ? "remote" : "local";
    return [{ kind, value, at: place, entryPlace: place, map: undefined, isChild }];
  }
  if (!(value instanceof YamlMap)) return [];
  for (const kind of kinds) {
    const entry = value.entry(kind);
    if (typeof entry?.value === "string")
      return [{ kind, value: entry.value, at: entry.valuePlace, entryPlace: place, map: value, isChild }];
  }
  return [];
}

/** Reads `<server>/<project>/<name>@<version>`; undefined for other servers and for addresses with variables. */
export function parseAddress(address: string): { project: string; version: string } | undefined {
  const match = /^(?:\$\{?CI_SERVER_(?:FQDN|HOST)\}?|gitlab\.com)\/([^$]+)\/[^/@$]+@([^$]+)$/.exec(address);
  return match ? { project: match[1] as string, version: match[2] as string } : undefined;
}
