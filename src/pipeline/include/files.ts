import { type Place, YamlList, type YamlMap, type YamlValue } from "../../yaml/index.ts";
import { present } from "../entries/checks.ts";
import { ConfigError } from "../errors.ts";
import { textOf } from "../ruby-text.ts";
import type { IncludeContext } from "./context.ts";
import { isUrl, type Location, locationJson } from "./locations.ts";
import type { ProjectAt } from "./sources.ts";

/** What a file may know of the component that it is. */
export interface ComponentFacts {
  readonly name: string;
  readonly sha: string;
  readonly version: string | null;
  readonly reference: string;
}

/** The text of an included file and the context of its own includes. */
export interface FetchedFile {
  readonly text: string;
  /** The name that messages and places show. */
  readonly file: string;
  readonly at?: ProjectAt;
  readonly component?: ComponentFacts;
}

/** A file that is to be included: `location` as messages show it, and how to get it. Both steps throw ConfigError. */
export interface PendingFile {
  readonly kind: Kind;
  readonly location: string;
  readonly inputs: YamlValue | undefined;
  readonly place: Place | undefined;
  /** Complaints about the location alone. */
  readonly validate: () => void;
  readonly fetch: () => FetchedFile;
}

type Kind = "local" | "project" | "remote" | "template" | "artifact" | "component";

/** What a header may include: files that declare inputs. */
export const HEADER_KINDS: readonly Kind[] = ["local", "remote", "project"];

const KINDS: readonly Kind[] = ["local", "project", "remote", "template", "artifact", "component"];

type Reader = (
  map: YamlMap,
  context: IncludeContext,
  fail: (message: string) => never,
) => Omit<PendingFile, "kind" | "inputs" | "place">;

/** Which file a location means. Throws ConfigError when it means none, or several. */
export function fileAt({ map, place }: Location, context: IncludeContext, kinds = KINDS): PendingFile {
  const matching = kinds.filter((kind) => isMeant(kind, map));
  const keys = `\`${kinds.join("`, `")}\``;
  if (matching.length > 1) throw new ConfigError(`Each include must use only one of: ${keys}`, place);
  const [kind] = matching;
  if (kind === undefined) {
    const shown = context.mask(locationJson(map));
    throw new ConfigError(
      `\`${shown}\` does not have a valid subkey for ${kinds === KINDS ? "include" : "header include"}. Valid subkeys are: ${keys}`,
      place,
    );
  }
  const filePlace = map.entry(kind === "project" ? "file" : kind)?.valuePlace ?? place;
  const fail = (message: string): never => {
    throw new ConfigError(message, filePlace);
  };
  const inputs = map.entry("inputs")?.value;
  return { kind, inputs, place: filePlace, ...READERS[kind](map, context, fail) };
}

function isMeant(kind: Kind, map: YamlMap): boolean {
  if (kind === "local") return withoutSlashes(map.get("local")).trim() !== "";
  if (kind === "project") return withoutSlashes(map.get("file")).trim() !== "" && projectName(map) !== "";
  return present(map.get(kind));
}

const READERS: Readonly<Record<Kind, Reader>> = {
  local: (map, context, fail) => {
    const location = withoutSlashes(map.get("local"));
    const shown = context.mask(location);
    return {
      location: shown,
      validate: () => checkExtension(location, shown, fail),
      fetch: () => {
        const text = context.at.tree.read(location) ?? fail(`Local file \`${shown}\` does not exist!`);
        if (isBlank(text)) fail(`Local file \`${shown}\` is empty!`);
        return { text, file: location };
      },
    };
  },
  project: (map, context, fail) => {
    const location = withoutSlashes(map.get("file"));
    const shown = context.mask(location);
    const project = projectName(map);
    const given = map.get("ref") ?? null;
    const ref = given === null || given === false ? "HEAD" : textOf(given);
    return {
      location: shown,
      validate: () => checkExtension(location, shown, fail),
      fetch: () => fetchFromProject({ project, ref, location, shown }, context, fail),
    };
  },
  remote: (map, context, fail) => {
    const value = map.get("remote")!;
    const location = textOf(value);
    const shown = context.mask(location);
    return {
      location: shown,
      validate: () => {
        checkIsText(value, shown, fail);
        checkExtension(location, shown, fail);
        if (!isUrl(location)) fail(`Remote file \`${shown}\` does not have a valid address!`);
      },
      fetch: () => fetchRemote(location, shown, map.get("integrity"), context, fail),
    };
  },
  template: (map, context, fail) => {
    const value = map.get("template")!;
    const location = textOf(value);
    const shown = context.mask(location);
    return {
      location: shown,
      validate: () => {
        checkIsText(value, shown, fail);
        checkExtension(location, shown, fail);
        if (!location.endsWith(".gitlab-ci.yml")) fail(`Template file \`${shown}\` is not a valid location!`);
      },
      fetch: () => {
        const text = context.sources.template?.(location);
        if (text === undefined || isBlank(text))
          fail(`Included file \`${shown}\` is empty or does not exist!`);
        return { text: text!, file: location };
      },
    };
  },
  artifact: (map, context, fail) => {
    const value = map.get("artifact")!;
    const location = textOf(value);
    const shown = context.mask(location);
    return {
      location: shown,
      validate: () => {
        checkIsText(value, shown, fail);
        checkExtension(location, shown, fail);
      },
      fetch: () => fail("Including configs from artifacts is only allowed when triggering child pipelines"),
    };
  },
  component: (map, context, fail) => {
    const value = map.get("component")!;
    const location = textOf(value);
    const shown = context.mask(location);
    return {
      location: shown,
      validate: () => checkIsText(value, shown, fail),
      fetch: () => fetchComponent(location, context, fail),
    };
  },
};

function withoutSlashes(value: YamlValue | undefined): string {
  return textOf(value ?? null).replace(/^\/+/, "");
}

/** The name under `project:`; of a list the first. */
function projectName(map: YamlMap): string {
  const value = map.get("project") ?? null;
  const first = value instanceof YamlList ? (value.items[0] ?? null) : value;
  return first === false ? "" : textOf(first).toLowerCase();
}

type Fail = (message: string) => never;

function checkIsText(value: YamlValue, shown: string, fail: Fail): void {
  if (typeof value !== "string") fail(`Included file \`${shown}\` needs to be a string`);
}

function checkExtension(location: string, shown: string, fail: Fail): void {
  const name = location.slice(location.lastIndexOf("/") + 1);
  if (!/.+\.(?:yml|yaml)$/im.test(name)) fail(`Included file \`${shown}\` does not have YAML extension!`);
}

function isBlank(text: string): boolean {
  return /^\s*$/.test(text);
}

interface ProjectFile {
  readonly project: string;
  readonly ref: string;
  readonly location: string;
  readonly shown: string;
}

function fetchFromProject(
  { project, ref, location, shown }: ProjectFile,
  context: IncludeContext,
  fail: Fail,
): FetchedFile {
  const name = context.mask(project);
  const found = context.sources.project?.(project, ref);
  if (found === "missing_ref") {
    return fail(`Project \`${name}\` reference \`${context.mask(ref)}\` does not exist!`);
  }
  if (found === undefined) {
    return fail(
      `Project \`${name}\` not found or access denied! Make sure any includes in the pipeline configuration are correctly defined.`,
    );
  }
  const text = found.tree.read(location) ?? fail(`Project \`${name}\` file \`${shown}\` does not exist!`);
  if (isBlank(text)) fail(`Project \`${name}\` file \`${shown}\` is empty!`);
  return { text, file: `${project}@${ref}:${location}`, at: found };
}

function fetchRemote(
  url: string,
  shown: string,
  integrity: YamlValue | undefined,
  context: IncludeContext,
  fail: Fail,
): FetchedFile {
  const answer = context.sources.remote?.(url) ?? { status: 404 };
  if ("failure" in answer) {
    return fail(`Remote file \`${shown}\` could not be fetched because of ${answer.failure}!`);
  }
  const text = "text" in answer ? answer.text : "";
  // GitLab compares whatever the server sent, an error's page too.
  if (integrity !== undefined && integrity !== null && integrity !== false) {
    if (`sha256-${sha256(text)}` !== integrity) fail(`Remote file \`${shown}\` failed integrity check!`);
  }
  if ("status" in answer) {
    fail(`Remote file \`${shown}\` could not be fetched because of HTTP code \`${answer.status}\` error!`);
  }
  if (isBlank(text)) fail(`Included file \`${shown}\` is empty or does not exist!`);
  return { text, file: url };
}

function fetchComponent(address: string, context: IncludeContext, fail: Fail): FetchedFile {
  const prefix = `Component '${context.mask(address)}' -`;
  const host = `${context.values.get("CI_SERVER_FQDN") ?? "gitlab.com"}/`;
  if (!address.includes("@") || !address.startsWith(host))
    fail(`${prefix} the component path is not supported`);
  const at = address.indexOf("@");
  const path = address.slice(host.length, at);
  const reference = address.slice(at + 1);
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  const found = slash > 0 ? context.sources.component?.(path.slice(0, slash), reference) : undefined;
  if (found === "latest_without_catalog") {
    fail(
      `${prefix} The ~latest version reference is not supported for non-catalog resources. Use a tag, branch, or commit SHA instead.`,
    );
  }
  if (found === "partial_without_catalog") {
    fail(
      `${prefix} The partial semantic version reference is not supported for non-catalog resources. Use a tag, branch, or commit SHA instead.`,
    );
  }
  const component = found as Exclude<typeof found, string>;
  for (const file of [`templates/${name}.yml`, `templates/${name}/template.yml`]) {
    const text = component?.tree.read(file);
    if (text === undefined || isBlank(text)) continue;
    const facts = { name, sha: component!.sha, version: component!.version, reference };
    return { text, file: `${address}:${file}`, at: component!, component: facts };
  }
  return fail(`${prefix} content not found`);
}

/** `node:crypto` takes longer to load than most pipelines to expand, and few files state their hash. */
function sha256(text: string): string {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(text).digest("base64");
}
