import { type Fault, fault } from "../../problem/index.ts";
import { type Place, YamlList, type YamlMap, type YamlValue } from "../../yaml/index.ts";
import { present } from "../entries/checks.ts";
import { refusal } from "../errors.ts";
import { textOf } from "../ruby-text.ts";
import type { IncludeContext } from "./context.ts";
import { isUrl, type Location, locationJson } from "./locations.ts";
import type { ComponentFacts, ProjectAt } from "./sources.ts";

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
  fail: Fail,
) => Omit<PendingFile, "kind" | "inputs" | "place">;

/** Which file a location means. Throws ConfigError when it means none, or several. */
export function fileAt({ map, place }: Location, context: IncludeContext, kinds = KINDS): PendingFile {
  const matching = kinds.filter((kind) => isMeant(kind, map));
  if (matching.length > 1) throw refusal(fault("include-ambiguous", { kinds }), { subject: "", place });
  const [kind] = matching;
  if (kind === undefined) {
    const shown = context.mask(locationJson(map));
    const what = kinds === KINDS ? "include" : "header include";
    throw refusal(fault("include-subkey-unknown", { shown, what, kinds }), { subject: "", place });
  }
  const filePlace = map.entry(kind === "project" ? "file" : kind)?.valuePlace ?? place;
  const pending: PendingFile = {
    kind,
    inputs: map.entry("inputs")?.value,
    place: filePlace,
    ...READERS[kind](map, context, (wrong) => {
      throw refusal(wrong, { subject: pending.location, place: filePlace });
    }),
  };
  return pending;
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
        const text = context.at.tree.read(location) ?? fail(fault("local-file-missing", { location: shown }));
        if (isBlank(text)) fail(fault("local-file-empty", { location: shown }));
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
        if (!isUrl(location)) fail(fault("remote-address-invalid", { location: shown }));
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
        if (!location.endsWith(".gitlab-ci.yml")) fail(fault("template-name-invalid", { location: shown }));
      },
      fetch: () => {
        const text = context.sources.template?.(location);
        if (text === undefined || isBlank(text)) fail(fault("file-empty-or-missing", { location: shown }));
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
      fetch: () => fail(fault("artifact-outside-child", {})),
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

type Fail = (wrong: Fault) => never;

function checkIsText(value: YamlValue, shown: string, fail: Fail): void {
  if (typeof value !== "string") fail(fault("include-address-kind", { location: shown }));
}

function checkExtension(location: string, shown: string, fail: Fail): void {
  const name = location.slice(location.lastIndexOf("/") + 1);
  if (!/.+\.(?:yml|yaml)$/im.test(name)) fail(fault("include-extension", { location: shown }));
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
    return fail(fault("project-ref-missing", { project: name, ref: context.mask(ref) }));
  }
  if (found === undefined) {
    return fail(fault("project-missing", { project: name }));
  }
  const text =
    found.tree.read(location) ?? fail(fault("project-file-missing", { project: name, location: shown }));
  if (isBlank(text)) fail(fault("project-file-empty", { project: name, location: shown }));
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
    return fail(fault("remote-failed", { location: shown, why: answer.failure }));
  }
  const text = "text" in answer ? answer.text : "";
  // GitLab compares whatever the server sent, an error's page too.
  if (integrity !== undefined && integrity !== null && integrity !== false) {
    if (`sha256-${sha256(text)}` !== integrity) fail(fault("remote-integrity", { location: shown }));
  }
  if ("status" in answer) {
    fail(fault("remote-failed", { location: shown, why: `HTTP code \`${answer.status}\` error` }));
  }
  if (isBlank(text)) fail(fault("file-empty-or-missing", { location: shown }));
  return { text, file: url };
}

function fetchComponent(address: string, context: IncludeContext, fail: Fail): FetchedFile {
  const shown = context.mask(address);
  const host = `${context.values.get("CI_SERVER_FQDN") ?? "gitlab.com"}/`;
  if (!address.includes("@") || !address.startsWith(host))
    fail(fault("component-address-unsupported", { address: shown }));
  const at = address.indexOf("@");
  const path = address.slice(host.length, at);
  const reference = address.slice(at + 1);
  const slash = path.lastIndexOf("/");
  const name = path.slice(slash + 1);
  const found = slash > 0 ? context.sources.component?.(path.slice(0, slash), reference) : undefined;
  if (found === "latest_without_catalog") {
    fail(fault("component-version-outside-catalog", { address: shown, version: "~latest" }));
  }
  if (found === "partial_without_catalog") {
    fail(fault("component-version-outside-catalog", { address: shown, version: "partial semantic" }));
  }
  const component = found as Exclude<typeof found, string>;
  for (const file of [`templates/${name}.yml`, `templates/${name}/template.yml`]) {
    const text = component?.tree.read(file);
    if (text === undefined || isBlank(text)) continue;
    const facts = { name, sha: component!.sha, version: component!.version, reference };
    return { text, file: `${address}:${file}`, at: component!, component: facts };
  }
  return fail(fault("component-missing", { address: shown }));
}

/** `node:crypto` takes longer to load than most pipelines to expand, and few files state their hash. */
function sha256(text: string): string {
  return process.getBuiltinModule("node:crypto").createHash("sha256").update(text).digest("base64");
}
