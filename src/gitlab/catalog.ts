import type { Area } from "./area.ts";
import { askGraphql, type Nodes, nodesOf } from "./graphql.ts";
import type { CatalogResource, CatalogVersion } from "./records.ts";

/** The CI/CD catalog, which stands in GraphQL only (GitLab docs, api/graphql "CiCatalogResource"). */
export class CatalogOperations {
  private readonly area: Area;

  constructor(area: Area) {
    this.area = area;
  }

  /** The catalog's projects that the token sees, found by `search` in name and description. */
  async resources(search?: string): Promise<CatalogResource[]> {
    return nodesOf(async (after) => {
      const data = await askGraphql<{ ciCatalogResources: Nodes<CatalogResource> | null }>(
        this.area.connection,
        resourcesQuery,
        { search: search ?? null, after },
      );
      return data.ciCatalogResources;
    });
  }

  /** The published versions of a project, newest first; undefined where the project is not in the catalog. */
  async versions(fullPath: string): Promise<CatalogVersion[] | undefined> {
    let listed = true;
    const versions = await nodesOf<RawVersion>(async (after) => {
      const { ciCatalogResource } = await askGraphql<{
        ciCatalogResource: { versions: Nodes<RawVersion> } | null;
      }>(this.area.connection, versionsQuery, { fullPath, after });
      if (ciCatalogResource === null) listed = false;
      return ciCatalogResource?.versions;
    });
    if (!listed) return undefined;
    return versions.map(({ components, ...version }) => ({ ...version, components: components.nodes }));
  }
}

interface RawVersion extends Omit<CatalogVersion, "components"> {
  readonly components: { readonly nodes: CatalogVersion["components"] };
}

const resourcesQuery = `query resources($search: String, $after: String) {
  ciCatalogResources(search: $search, first: 100, after: $after) {
    nodes { fullPath name description webPath starCount latestReleasedAt }
    pageInfo { hasNextPage endCursor }
  }
}`;

const versionsQuery = `query versions($fullPath: ID!, $after: String) {
  ciCatalogResource(fullPath: $fullPath) {
    versions(first: 20, after: $after) {
      nodes {
        name
        releasedAt
        components { nodes { name includePath inputs { name type required default description } } }
      }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;
