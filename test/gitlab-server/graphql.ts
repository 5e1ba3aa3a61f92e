import { componentsAt } from "./catalog.ts";
import type { ServerProject } from "./project.ts";
import type { Answer } from "./routes/index.ts";
import type { ServerState } from "./state.ts";

interface Asked {
  readonly query?: string;
  readonly variables?: { fullPath?: string; search?: string | null; after?: string | null };
}

/**
 * Answers the catalog's queries with whole objects, whatever fields are asked for: `ciCatalogResources` and
 * `ciCatalogResource` (GitLab docs, api/graphql). Anything else is an error, as GraphQL gives it: status 200 with `errors`.
 */
export function answerGraphql(state: ServerState, { query = "", variables = {} }: Asked): Answer {
  const listed = state.projects.filter((each) => each.inCatalog && !each.hidden);
  if (/\bciCatalogResources\b/.test(query)) {
    const search = (variables.search ?? "").toLowerCase();
    const found = listed.filter((each) => `${each.path} ${each.description}`.toLowerCase().includes(search));
    return data({ ciCatalogResources: page(found.map(resource), 100, variables.after) });
  }
  if (/\bciCatalogResource\b/.test(query)) {
    const project = listed.find((each) => each.path === variables.fullPath);
    if (!project) return data({ ciCatalogResource: null });
    const versions = page(
      project.published.toReversed().map((tag) => version(state, project, tag)),
      20,
      variables.after,
    );
    return data({ ciCatalogResource: { ...resource(project), versions } });
  }
  return {
    json: { errors: [{ message: "Field is not part of the stand-in's schema", locations: [], path: [] }] },
  };
}

function data(value: unknown): Answer {
  return { json: { data: value } };
}

function resource(project: ServerProject) {
  return {
    id: `gid://gitlab/Ci::Catalog::Resource/${project.id}`,
    fullPath: project.path,
    name: project.path.split("/").at(-1),
    description: project.description,
    webPath: `/${project.path}`,
    starCount: 0,
    latestReleasedAt: project.releases[0]?.released_at ?? null,
  };
}

function version(state: ServerState, project: ServerProject, tag: string) {
  const components = componentsAt(project, tag).map((each) => ({
    ...each,
    includePath: `${state.host}/${project.path}/${each.name}@${tag}`,
  }));
  return {
    name: tag,
    releasedAt: project.releases.find((each) => each.tag_name === tag)?.released_at ?? null,
    components: { nodes: components },
  };
}

function page<T>(all: readonly T[], size: number, after: string | null | undefined) {
  const start = after ? Number(after) : 0;
  const end = start + size;
  return {
    nodes: all.slice(start, end),
    pageInfo: {
      hasNextPage: end < all.length,
      endCursor: all.length > 0 ? String(Math.min(end, all.length)) : null,
    },
  };
}
