import { SAMPLE_VERSION } from "../consumer/component.ts";
import { EXAMPLE_PROJECT, type FileTree, type RemoteAnswer, type Sources } from "../engine/pipeline/index.ts";
import { type Include, parseAddress } from "./includes.ts";

/** Files of other projects. A function that is missing, or that returns undefined, says that they cannot be read here. */
export interface OtherSources extends Pick<Sources, "project" | "component" | "template"> {
  readonly remote?: (url: string) => RemoteAnswer | undefined;
}

/** What may be read for the pipelines of a project: its own files, and of others as far as they are here. */
export interface Readable {
  readonly tree: FileTree;
  readonly others: OtherSources;
  /** The name of the server (default: gitlab.com). */
  readonly host?: string | undefined;
}

/** True if what an include names can be read here, or if GitLab refuses the include itself: then the engine says so. */
export function isReadable({ kind, value, map }: Include, { tree, others, host }: Readable): boolean {
  switch (kind) {
    case "local":
      return !value.includes("$") || tree.read(value.replace(/^\/+/, "")) !== undefined;
    case "project":
      return (
        isOwnProject(value) || typeof others.project?.(value, String(map?.get("ref") ?? "HEAD")) === "object"
      );
    case "remote":
      return !/^https?:\/\/[^\s/]/.test(value) && !value.includes("$")
        ? true
        : others.remote?.(value) !== undefined;
    case "template":
      return !value.endsWith(".gitlab-ci.yml") && !value.includes("$")
        ? true
        : others.template?.(value) !== undefined;
    case "component": {
      const address = parseAddress(value, host);
      return (
        isOwnComponent(value) ||
        !value.includes("@") ||
        (address !== undefined && typeof others.component?.(address.project, address.version) === "object")
      );
    }
  }
}

/** An address of the project's own: `$CI_SERVER_FQDN/$CI_PROJECT_PATH/name@$CI_COMMIT_SHA`. */
function isOwnComponent(address: string): boolean {
  return /^\$\{?CI_SERVER_(?:FQDN|HOST)\}?\/\$\{?CI_PROJECT_PATH\}?\/[^/@]+@/.test(address);
}

function isOwnProject(path: string): boolean {
  return /^\$\{?CI_PROJECT_PATH\}?$/.test(path);
}

/** The project's own files, and those of others that can be read here; `miss` is told what cannot. */
export function sourcesOf({ tree, others }: Readable, miss: (name: string) => void): Sources {
  const orMiss = <Found>(found: Found | undefined, name: string): Found | undefined => {
    if (found === undefined) miss(name);
    return found;
  };
  const isOwn = (path: string) => path.toLowerCase() === EXAMPLE_PROJECT.path;
  return {
    local: { project: EXAMPLE_PROJECT.path, sha: "HEAD", tree },
    component: (path, version) =>
      isOwn(path)
        ? { project: path, sha: version, version: SAMPLE_VERSION, tree }
        : orMiss(others.component?.(path, version), `component ${path}@${version}`),
    project: (path, ref) =>
      isOwn(path)
        ? { project: path, sha: ref, tree }
        : orMiss(others.project?.(path, ref), `project ${path}`),
    template: (name) => orMiss(others.template?.(name), `template ${name}`),
    remote: (url) => orMiss(others.remote?.(url), `remote ${url}`) ?? { status: 404 },
  };
}
