import { parseAllDocuments } from "yaml";
import type { ServerProject } from "./project.ts";

/** A component at a tag, with its inputs as the catalog shows them. */
export interface CatalogComponent {
  readonly name: string;
  readonly inputs: readonly {
    name: string;
    type: string;
    required: boolean;
    default: string | null;
    description: string | null;
  }[];
}

/**
 * Publishes a tag in the catalog, under GitLab's conditions (docs, ci/components "Publish a new release"): the project is
 * switched on and described, the tag is semantic, README.md and at least one component stand at the tag. False where not.
 */
export function publish(project: ServerProject, tag: string): boolean {
  if (!project.inCatalog || project.description === "" || !/^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(tag))
    return false;
  if (project.read(tag, "README.md") === undefined || componentsAt(project, tag).length === 0) return false;
  if (!project.published.includes(tag)) project.published.push(tag);
  return true;
}

/** The components at a tag: `templates/<name>.yml` and `templates/<name>/template.yml`. */
export function componentsAt(project: ServerProject, tag: string): CatalogComponent[] {
  const paths = project.tree(tag, "templates", true)?.map((each) => each.path) ?? [];
  return paths.flatMap((path) => {
    const name = /^templates\/([^/]+?)(?:\.yml|\/template\.yml)$/.exec(path)?.[1];
    return name === undefined
      ? []
      : [{ name, inputs: inputsOf(project.read(tag, path)?.toString("utf8") ?? "") }];
  });
}

function inputsOf(text: string): CatalogComponent["inputs"] {
  const header = parseAllDocuments(text)[0];
  const inputs = (header && "toJS" in header ? header.toJS() : undefined)?.spec?.inputs ?? {};
  return Object.entries<Record<string, unknown> | null>(inputs).map(([name, input]) => ({
    name,
    type: String(input?.type ?? "string").toUpperCase(),
    required: !Object.hasOwn(input ?? {}, "default"),
    default: input?.default === undefined || input.default === null ? null : String(input.default),
    description: (input?.description as string | undefined) ?? null,
  }));
}
