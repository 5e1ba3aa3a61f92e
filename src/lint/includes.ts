import { EXAMPLE_PROJECT } from "../engine/pipeline/index.ts";
import type { Place } from "../engine/yaml/source.ts";
import { type Entry, YamlMap, type YamlValue } from "../engine/yaml/values.ts";
import { itemsOf, type Job } from "./jobs.ts";

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

/** What of a file its includes are read from. */
interface Including {
  readonly body: YamlMap | undefined;
  readonly jobs: readonly Job[];
}

/** Lists the includes of a file, at the top level and in `trigger:include`. */
export function includesOf(file: Including): Include[] {
  const triggers = file.jobs.flatMap((job) => {
    const trigger = job.map.get("trigger");
    return trigger instanceof YamlMap ? includesIn(trigger.entry("include"), true) : [];
  });
  return [...includesIn(file.body?.entry("include"), false), ...triggers];
}

/** Lists the includes below one key. */
export function includesIn(entry: Entry | undefined, isChild: boolean): Include[] {
  return itemsOf(entry).flatMap(({ value, place }) => include(value, place, isChild));
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
export function parseAddress(
  address: string,
  host = EXAMPLE_PROJECT.host,
): { project: string; version: string } | undefined {
  const match = /^(\$\{?CI_SERVER_(?:FQDN|HOST)\}?|[^/$]+)\/([^$]+)\/[^/@$]+@([^$]+)$/.exec(address);
  if (match === null || !(match[1]?.startsWith("$") || match[1] === host)) return undefined;
  return { project: match[2] as string, version: match[3] as string };
}
