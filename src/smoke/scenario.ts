import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { Ajv, type ErrorObject } from "ajv";
import { UsageError } from "../base/usage-error.ts";
import {
  loadYaml,
  type Place,
  Source,
  toJson,
  YamlError,
  YamlList,
  YamlMap,
  type YamlValue,
} from "../engine/yaml/index.ts";
import type { TestCounts } from "../pipelines/result.ts";
import schema from "./scenario.schema.json" with { type: "json" };

/** What a scenario, a case or a step says of one pipeline; see `scenario.schema.json` for each key. */
export interface Definition {
  readonly component?: string;
  readonly stages?: readonly string[];
  readonly pipeline?: string;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly files?: Readonly<Record<string, string | null>>;
  readonly source?: string;
  readonly ref?: string;
  readonly tag?: boolean;
  readonly variables?: Readonly<Record<string, VariableSetting>>;
  readonly play?: readonly (string | PlaySetting)[];
  /** False: the pipeline is only expanded. */
  readonly run?: boolean;
  readonly timeout?: string | number;
  readonly expect?: Expectations;
}

export type VariableSetting =
  | string
  | number
  | boolean
  | {
      readonly value: string;
      readonly type?: "variable" | "file";
      readonly masked?: boolean;
      readonly expand?: boolean;
    };

export interface PlaySetting {
  readonly job: string;
  readonly variables?: Readonly<Record<string, VariableSetting>>;
}

export interface Expectations {
  readonly pipeline?: string;
  readonly jobs?: Readonly<Record<string, string | ExpectedJob>>;
  readonly absent?: readonly string[];
  readonly artifacts?: Readonly<Record<string, readonly (string | ExpectedArtifact)[]>>;
  readonly traces?: Readonly<Record<string, ExpectedTrace>>;
  readonly config?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly tests?: Readonly<Record<string, Partial<TestCounts>>>;
  readonly error?: Texts;
}

export interface ExpectedJob {
  readonly state: string;
  readonly allow_failure?: boolean;
  readonly exit_code?: number;
  readonly reason?: string;
}

export interface ExpectedArtifact {
  readonly path: string;
  readonly contains?: Texts;
  readonly matches?: Texts;
  readonly absent?: boolean;
}

export interface ExpectedTrace {
  readonly contains?: Texts;
  readonly matches?: Texts;
  readonly lacks?: Texts;
}

export type Texts = string | readonly string[];

export type NamedDefinition = Definition & { readonly name: string };

/** A case may have a matrix of its own, in place of the scenario's. */
export type Case = NamedDefinition & { readonly matrix?: Matrix };

type Matrix = Combinations | readonly Combinations[];
type Combinations = Readonly<Record<string, readonly unknown[]>>;

/** A scenario file as it stands, checked. */
export interface Scenario extends Definition {
  /** The name of its folder. */
  readonly name: string;
  /** Its file, as messages show it. */
  readonly file: string;
  readonly folder: string;
  readonly description: string;
  readonly project?: string;
  readonly needs?: readonly ("host" | "packages")[];
  readonly matrix?: Matrix;
  readonly cases?: readonly Case[];
  readonly steps?: readonly NamedDefinition[];
}

/**
 * The scenarios that the arguments name: names under `test/smoke`, folders, or `scenario.yml` files; all of `test/smoke`
 * without any. @throws UsageError with file and line for a scenario that is not right, or that is not there.
 */
export function loadScenarios(args: readonly string[], cwd: string): Scenario[] {
  const known = scenarioFolders(join(cwd, "test", "smoke"));
  if (args.length === 0) {
    if (known.length === 0)
      throw new UsageError("there are no scenarios: test/smoke/*/scenario.yml is where they are looked for");
    return known.map((folder) => loadScenario(folder, cwd));
  }
  return args.map((arg) => loadScenario(findFolder(arg, known, cwd), cwd));
}

function findFolder(arg: string, known: readonly string[], cwd: string): string {
  const byName = known.find((folder) => basename(folder) === arg);
  if (byName) return byName;
  const path = resolve(cwd, arg);
  if (basename(path) === "scenario.yml" && isFile(path)) return dirname(path);
  if (isFile(join(path, "scenario.yml"))) return path;
  const names = known.map((folder) => basename(folder));
  throw new UsageError(
    `there is no scenario "${arg}"; ${names.length === 0 ? "test/smoke has none" : `test/smoke has ${names.join(", ")}`}`,
  );
}

function scenarioFolders(root: string): string[] {
  let names: string[];
  try {
    names = readdirSync(root);
  } catch {
    return [];
  }
  return names
    .sort()
    .map((name) => join(root, name))
    .filter((folder) => isFile(join(folder, "scenario.yml")));
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function loadScenario(folder: string, cwd: string): Scenario {
  const path = join(folder, "scenario.yml");
  const file = relative(cwd, path) || path;
  const value = parse(new Source(file, readFileSync(path, "utf8")));
  const data = toJson(value) as unknown as Omit<Scenario, "name" | "file" | "folder">;
  const validate = new Ajv({ allErrors: true, allowUnionTypes: true }).compile(schema);
  if (!validate(data)) throw new UsageError(describe(mostTelling(validate.errors ?? []), value, file));
  const scenario = { ...data, name: basename(folder), file, folder };
  checkMeaning(scenario, value);
  return scenario;
}

function parse(source: Source): YamlValue {
  try {
    return loadYaml(source).value;
  } catch (error) {
    if (!(error instanceof YamlError)) throw error;
    throw new UsageError(`${source.file}:${error.place.line}: ${error.message}`);
  }
}

/** Of several complaints the deepest one says most, a key that does not exist more than one that is missing, alternatives least. */
function mostTelling(errors: readonly ErrorObject[]): ErrorObject {
  const rank = (error: ErrorObject) => {
    if (error.keyword === "additionalProperties") return 1;
    return error.keyword === "anyOf" || error.keyword === "type" ? -1 : 0;
  };
  const weight = (error: ErrorObject) => error.instancePath.split("/").length * 2 + rank(error);
  return [...errors].sort((a, b) => weight(b) - weight(a))[0] as ErrorObject;
}

function describe(error: ErrorObject, tree: YamlValue, file: string): string {
  const path = error.instancePath
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const params = error.params as { additionalProperty?: string; allowedValues?: unknown[] };
  const extra = params.additionalProperty;
  const place = placeOf(tree, extra === undefined ? path : [...path, extra]);
  const where = `${file}:${place?.line ?? 1}`;
  const what = path.length === 0 ? "the scenario" : `"${path.join(".")}"`;
  if (extra !== undefined) return `${where}: ${what} has no key "${extra}"`;
  if (params.allowedValues) return `${where}: ${what} must be one of ${params.allowedValues.join(", ")}`;
  return `${where}: ${what} ${error.message}`;
}

/** Where a value stands, as far as the path leads. */
function placeOf(tree: YamlValue, path: readonly string[]): Place | undefined {
  let place: Place | undefined;
  let value: YamlValue | undefined = tree;
  for (const name of path) {
    if (value instanceof YamlMap) {
      const entry = value.entry(name);
      place = entry?.keyPlace ?? entry?.valuePlace ?? place;
      value = entry?.value;
    } else if (value instanceof YamlList) {
      place = value.places[Number(name)] ?? place;
      value = value.items[Number(name)];
    } else break;
  }
  return place;
}

/** What the schema cannot say. */
function checkMeaning(scenario: Scenario, tree: YamlValue): void {
  const fail = (path: readonly string[], message: string): never => {
    throw new UsageError(`${scenario.file}:${placeOf(tree, path)?.line ?? 1}: ${message}`);
  };
  if (scenario.cases && scenario.steps) fail(["steps"], '"cases" and "steps" exclude each other');
  const parts: [readonly string[], Definition][] = [
    [[], scenario],
    ...(["cases", "steps"] as const).flatMap((key) =>
      (scenario[key] ?? []).map((each, index): [string[], Definition] => [[key, String(index)], each]),
    ),
  ];
  for (const [path, definition] of parts) {
    if (definition.component !== undefined && definition.pipeline !== undefined)
      fail([...path, "pipeline"], '"component" and "pipeline" exclude each other');
    if (path.length > 0 && !definition.expect && !scenario.expect) fail(path, 'there is no "expect"');
    const expect = definition.expect ?? {};
    const ofRuns = Object.keys(expect).filter((key) => key !== "config" && key !== "error");
    if ((definition.run ?? scenario.run) === false && ofRuns.length > 0)
      fail([...path, "expect", ofRuns[0] ?? ""], `nothing runs, so "${ofRuns[0]}" cannot be expected`);
    for (const [name, setting] of Object.entries(definition.variables ?? {})) {
      if (typeof setting === "object" && setting.masked && setting.value.length < 8)
        fail([...path, "variables", name], "a masked value has at least 8 characters, as GitLab wants it");
    }
  }
  if (!scenario.expect && !scenario.cases && !scenario.steps) fail([], 'there is no "expect"');
}
