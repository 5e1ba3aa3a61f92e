import { conditionHolds } from "../../expression/index.ts";
import { fault } from "../../problem/index.ts";
import { FloatValue, type Place, toJson, YamlList, YamlMap, type YamlValue } from "../../yaml/index.ts";
import { Entry } from "../entries/entry.ts";
import { includeRules } from "../entries/rule-clauses.ts";
import { ConfigError, refusal } from "../errors.ts";
import { type RuleClauses, RuleError, type RuleSurroundings, ruleMatches } from "../events/rule.ts";
import { textOf } from "../ruby-text.ts";
import type { IncludeContext } from "./context.ts";

/** One entry under `include:`, always a mapping, and its place. */
export interface Location {
  readonly map: YamlMap;
  readonly place: Place | undefined;
}

/**
 * The entries under `include:` in the form in which files are looked up: texts turned into mappings, entries whose rules do
 * not hold left out, wildcards and lists of files spread, variables expanded. Throws ConfigError.
 */
export function locationsOf(config: YamlMap, context: IncludeContext): Location[] {
  return normalize(config, context)
    .filter(({ map }) => context.findings.attempt(() => rulesHold(map, context)) ?? false)
    .flatMap((location) => spread(location, context))
    .map(({ map, place }) => ({ map: expandValues(map, context), place }));
}

function normalize(config: YamlMap, context: IncludeContext): Location[] {
  const entry = config.entry("include");
  if (entry === undefined) return [];
  const { value, valuePlace } = entry;
  const list = value instanceof YamlList ? value : new YamlList([value], [valuePlace]);
  return list.items.flatMap((item, index) => {
    const place = list.places[index] ?? valuePlace;
    const map = item === null ? undefined : context.findings.attempt(() => asMap(item, place, context));
    return map === undefined ? [] : [{ map, place }];
  });
}

function asMap(item: YamlValue, place: Place | undefined, context: IncludeContext): YamlMap {
  if (item instanceof YamlMap) return item;
  if (typeof item !== "string") throw refusal(fault("include-kind", {}), { subject: "", place });
  const location = context.expand(item);
  return new YamlMap().set(isUrl(location) ? "remote" : "local", location, place, place);
}

/** Whether GitLab takes a text for an address on the web or of a repository. */
export function isUrl(text: string): boolean {
  return /^(?:https?|ssh|git):\/\/[^\s/]/i.test(text.trim());
}

function rulesHold(map: YamlMap, context: IncludeContext): boolean {
  const entry = map.entry("rules");
  if (entry === undefined || entry.value === null || entry.value === false) return true;
  const rules = new Entry(includeRules, entry.value, {
    place: entry.valuePlace,
    options: { manyPaths: true, version: context.version },
  });
  rules.compose(rules);
  const [error] = rules.errors();
  if (error !== undefined) {
    throw new ConfigError({ ...error, message: `include:${error.message}` });
  }
  const clauses = rules.value() as (RuleClauses | null)[];
  if (clauses.includes(null)) {
    throw refusal(fault("server-error", { reason: "a rule that is null" }), {
      subject: "",
      place: entry.valuePlace,
    });
  }
  try {
    const matched = (clauses as RuleClauses[]).find((rule) => ruleMatches(rule, surroundingsOf(context)));
    return matched !== undefined && matched.when !== "never";
  } catch (problem) {
    if (!(problem instanceof RuleError)) throw problem;
    const message = `include:${context.mask(problem.message)}`;
    throw refusal(problem.fault, { subject: "include", message, place: entry.valuePlace });
  }
}

function surroundingsOf(context: IncludeContext): RuleSurroundings {
  return {
    holds: (condition) => conditionHolds(condition, { variables: context.values }),
    expand: (text) => context.expandKnown(text),
    files: () => context.at.tree.paths(),
    sources: context.sources,
    changedFiles: undefined,
  };
}

function spread(location: Location, context: IncludeContext): Location[] {
  const { map, place } = location;
  if (isSet(map.get("project"))) {
    const file = map.entry("file");
    const files = file?.value ?? null;
    const list = files instanceof YamlList ? files : new YamlList(files === null ? [] : [files]);
    return list.items.map((each, index) => {
      const filePlace = list.places[index] ?? file?.valuePlace;
      return { map: map.copy().set("file", each, filePlace, file?.keyPlace), place: filePlace ?? place };
    });
  }
  const local = map.get("local");
  if (typeof local !== "string" || !local.includes("*")) return [location];
  const pattern = wildcard(local);
  // Files that are being included already are left out (External::Mapper::LocationExpander).
  const paths = context.at.tree
    .paths()
    .filter((path) => pattern.test(path) && !context.includes(path))
    .sort(byBytes);
  return paths.map((path) => ({ map: map.copy().set("local", path, map.entry("local")?.valuePlace), place }));
}

function isSet(value: YamlValue | undefined): boolean {
  return value !== undefined && value !== null && value !== false;
}

/**
 * `*` is anything but a slash, `**\/` any folders or none, `**` anything (Repository#search_files_by_wildcard_path). A slash in front
 * stays in the pattern, which then matches no path.
 */
function wildcard(path: string): RegExp {
  const source = path
    .replace(/[\\^$.+?()[\]{}|]/g, "\\$&")
    .replaceAll("**/", "\u0000")
    .replaceAll("**", "\u0001")
    .replaceAll("*", "[^/]*?")
    .replaceAll("\u0000", "(?:.*?/)?")
    .replaceAll("\u0001", ".*?");
  return new RegExp(`^${source}$`);
}

/** The order in which git lists paths. */
function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}

/** Variables in the values of a location; deeper values, such as inputs, are left alone. */
function expandValues(map: YamlMap, context: IncludeContext): YamlMap {
  const expanded = new YamlMap();
  for (const entry of map.entries()) {
    const { value } = entry;
    if (typeof value === "string") expanded.setEntry({ ...entry, value: context.expand(value) });
    else if (value instanceof YamlList) {
      const items = value.items.map((item) =>
        item instanceof YamlMap ? item : context.expand(textOf(item)),
      );
      expanded.setEntry({ ...entry, value: new YamlList(items, value.places) });
    } else expanded.setEntry(entry);
  }
  return expanded;
}

/** A location as GitLab prints it in messages: Rails' JSON, which escapes what means something to HTML. */
export function locationJson(map: YamlMap): string {
  return railsJson(map).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

function railsJson(value: YamlValue): string {
  if (value instanceof YamlList) return `[${value.items.map(railsJson).join(",")}]`;
  if (value instanceof YamlMap) {
    const pairs = [...value.entries()].map(
      ({ key, value: each }) => `${JSON.stringify(textOf(key))}:${railsJson(each)}`,
    );
    return `{${pairs.join(",")}}`;
  }
  if (typeof value === "bigint") return String(value);
  if (value instanceof FloatValue) return Number.isFinite(value.value) ? textOf(value) : "null";
  return JSON.stringify(toJson(value));
}
