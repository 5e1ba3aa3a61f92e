import { buildSchema, graphql } from "graphql";
import { componentsAt } from "./catalog.ts";
import type { ServerProject } from "./project.ts";
import type { Answer } from "./routes/index.ts";
import type { ServerState } from "./state.ts";

/** The part of GitLab's schema that the stand-in knows, with GitLab's names and types (GitLab docs, api/graphql/reference). */
const schema = buildSchema(`
  type Query {
    ciCatalogResources(scope: CiCatalogResourceScope, search: String, sort: CiCatalogResourceSort, first: Int, after: String): CiCatalogResourceConnection
    ciCatalogResource(id: ID, fullPath: ID): CiCatalogResource
  }
  enum CiCatalogResourceScope { ALL NAMESPACES }
  enum CiCatalogResourceSort { CREATED_ASC CREATED_DESC LATEST_RELEASED_AT_ASC LATEST_RELEASED_AT_DESC NAME_ASC NAME_DESC STAR_COUNT_ASC STAR_COUNT_DESC }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type CiCatalogResourceConnection { nodes: [CiCatalogResource] pageInfo: PageInfo! }
  type CiCatalogResource {
    id: ID! fullPath: ID name: String description: String webPath: String starCount: Int! latestReleasedAt: String
    versions(name: String, first: Int, after: String): CiCatalogResourceVersionConnection
  }
  type CiCatalogResourceVersionConnection { nodes: [CiCatalogResourceVersion] pageInfo: PageInfo! }
  type CiCatalogResourceVersion { name: String releasedAt: String components: CiCatalogResourceComponentConnection }
  type CiCatalogResourceComponentConnection { nodes: [CiCatalogResourceComponent] }
  type CiCatalogResourceComponent { name: String! includePath: String! inputs: [CiCatalogResourceComponentInput!] }
  type CiCatalogResourceComponentInput { name: String! type: String required: Boolean! default: String description: String }
`);

interface Asked {
  readonly query?: string;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

interface Page {
  readonly first?: number | null;
  readonly after?: string | null;
}

/** Answers a query, its arguments written in it or given beside it; what the schema does not know is an error, with status 200. */
export async function answerGraphql(
  state: ServerState,
  { query = "", variables = {} }: Asked,
): Promise<Answer> {
  const listed = state.projects.filter((each) => each.inCatalog && !each.hidden);
  const rootValue = {
    ciCatalogResources: ({ search, ...page }: Page & { search?: string | null }) => {
      const wanted = (search ?? "").toLowerCase();
      const found = listed.filter((each) =>
        `${each.path} ${each.description}`.toLowerCase().includes(wanted),
      );
      return pageOf(
        found.map((each) => resource(state, each)),
        page,
      );
    },
    ciCatalogResource: ({ fullPath }: { fullPath?: string }) => {
      const project = listed.find((each) => each.path === fullPath);
      return project ? resource(state, project) : null;
    },
  };
  return { json: await graphql({ schema, source: query, rootValue, variableValues: variables }) };
}

function resource(state: ServerState, project: ServerProject) {
  return {
    id: `gid://gitlab/Ci::Catalog::Resource/${project.id}`,
    fullPath: project.path,
    name: project.path.split("/").at(-1),
    description: project.description,
    webPath: `/${project.path}`,
    starCount: 0,
    latestReleasedAt: project.releases[0]?.released_at ?? null,
    versions: (page: Page) =>
      pageOf(
        project.published.toReversed().map((tag) => version(state, project, tag)),
        page,
      ),
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

/** GitLab gives 100 at most, and 100 where nothing is said. */
function pageOf<T>(all: readonly T[], { first, after }: Page) {
  const start = after ? Number(after) : 0;
  const end = start + Math.min(100, first ?? 100);
  return {
    nodes: all.slice(start, end),
    pageInfo: {
      hasNextPage: end < all.length,
      endCursor: all.length > 0 ? String(Math.min(end, all.length)) : null,
    },
  };
}
