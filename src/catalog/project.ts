import { existsSync, realpathSync, statSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative, resolve, sep } from "node:path";
import { DocumentError, GitLabCrash } from "../engine/contract/index.ts";
import { Repository } from "../git/repository.ts";
import { readComponents } from "../release/index.ts";
import { type ComponentMaterial, describeComponent, type ProjectMaterial } from "./component.ts";
import type { CatalogIndex, CatalogProject } from "./model.ts";
import { introductionOf } from "./readme.ts";
import { readReleases } from "./releases.ts";

export interface CatalogOptions {
  /** The project's full path on GitLab; undefined: as its remote says. */
  readonly path?: string | undefined;
  /** The project's page on GitLab; undefined: as its remote says. */
  readonly url?: string | undefined;
  /** Told how many releases are read of how many; may throw to stop. */
  readonly progress?: (read: number, all: number) => void;
}

/** A component project with everything that the site shows. */
export interface Catalog {
  readonly index: CatalogIndex;
  readonly components: readonly ComponentMaterial[];
  /** What it was made from: templates, what they include, and documentation, by path. */
  readonly files: Readonly<Record<string, string>>;
  /** Templates that are left out, and why, in one line each. */
  readonly skipped: readonly string[];
}

/**
 * Reads the component project in a folder: the templates and the documentation as they stand there, the releases from git's tags.
 * Without git there are no releases. A template that GitLab could not load is left out and named in `skipped`.
 */
export async function readCatalog(folder: string, options: CatalogOptions = {}): Promise<Catalog> {
  const root = resolve(folder);
  const repository = await repositoryAt(root);
  const remote = readRemote((await repository?.remote()) ?? "");
  const files = await readFiles(root);
  const path = options.path ?? remote?.path ?? `your-group/${basename(root)}`;
  const releases = repository ? await readReleases(repository, options.progress) : [];
  const material: ProjectMaterial = { path, files, releases };
  const { components, skipped } = describeAll(material);
  const project = describeProject(material, options.url ?? remote?.url ?? null);
  return {
    index: { version: 1, project, components: components.map((each) => each.entry) },
    components,
    files,
    skipped,
  };
}

function describeAll(material: ProjectMaterial): Pick<Catalog, "components" | "skipped"> {
  const skipped: string[] = [];
  const templates = Object.keys(material.files).filter((path) =>
    /^templates\/[^/]+(\/template)?\.yml$/.test(path),
  );
  const components = templates.flatMap((path) => {
    const text = material.files[path] ?? "";
    if (path.endsWith("/template.yml") && templates.includes(path.replace("/template.yml", ".yml")))
      return [];
    try {
      const [own] = readComponents({ [path]: text }).values();
      return own ? [describeComponent(own, material, templates.length === 1)] : [];
    } catch (error) {
      if (!(error instanceof DocumentError || error instanceof GitLabCrash)) throw error;
      skipped.push(`${path}: ${error.message}`);
      return [];
    }
  });
  return { components, skipped };
}

function describeProject({ path, files, releases }: ProjectMaterial, url: string | null): CatalogProject {
  const { title, description } = introductionOf(files["README.md"] ?? "");
  return {
    name: title || basename(path),
    path,
    description,
    url,
    latest: releases[0]?.tag ?? null,
    versions: releases.map(({ tag, date }) => ({ tag, date })),
  };
}

/** The repository whose top folder this is: a project inside another one's repository has no tags of its own. */
async function repositoryAt(root: string): Promise<Repository | undefined> {
  const repository = new Repository(root);
  const top = await repository.root().catch(() => undefined);
  return top !== undefined && realpathSync(top) === realpathSync(root) ? repository : undefined;
}

/** Reads `https://host/group/name.git` and `git@host:group/name.git`; undefined for a path of this machine. */
function readRemote(address: string): { path: string; url: string } | undefined {
  const match =
    /^https?:\/\/(?:[^@/]*@)?([^/]+)\/(.+?)(?:\.git)?\/?$/.exec(address) ??
    /^ssh:\/\/(?:[^@/]*@)?([^/:]+)(?::\d+)?\/(.+?)(?:\.git)?\/?$/.exec(address) ??
    /^[\w.-]+@([\w.-]+):(.+?)(?:\.git)?\/?$/.exec(address);
  const [, host, path] = match ?? [];
  return host === undefined || path === undefined ? undefined : { path, url: `https://${host}/${path}` };
}

/** What a catalog is made of: templates and what they include, and Markdown. */
async function readFiles(root: string): Promise<Record<string, string>> {
  const folders = ["templates", "docs"].filter((each) => existsSync(join(root, each)));
  const below = await Promise.all(
    folders.map((each) => readdir(join(root, each), { recursive: true, withFileTypes: true })),
  );
  const paths = below
    .flat()
    .filter((each) => each.isFile() && /\.(ya?ml|md)$/.test(each.name))
    .map((each) => relative(root, join(each.parentPath, each.name)).split(sep).join("/"));
  if (existsSync(join(root, "README.md"))) paths.push("README.md");
  const files: Record<string, string> = {};
  for (let path = paths.pop(); path !== undefined; path = paths.pop()) {
    if (Object.hasOwn(files, path)) continue;
    files[path] = await readFile(join(root, path), "utf8");
    paths.push(...(path.endsWith(".md") ? [] : includedElsewhere(files[path] ?? "", root)));
  }
  return Object.fromEntries(Object.entries(files).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Files of the project outside `templates/` that a template includes by their path. */
function includedElsewhere(text: string, root: string): string[] {
  const named = [...text.matchAll(/\blocal:\s*["']?\/?([^\s"'}\]]+\.ya?ml)\b/g)].map(
    ([, path]) => path ?? "",
  );
  return named.filter((path) => {
    const file = resolve(root, path);
    return file.startsWith(root + sep) && existsSync(file) && statSync(file).isFile();
  });
}
