import type { Connection } from "./connection.ts";
import { errorOfAnswer, GitlabError } from "./errors.ts";
import { readAnswer } from "./requester.ts";

/**
 * Asks GitLab's GraphQL API and returns `data`. A query may be repeated after a lost answer, a mutation not.
 *
 * @throws GitlabError also where the answer carries `errors`, which come with status 200
 */
export async function askGraphql<T>(
  connection: Connection,
  document: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<T> {
  const { body } = await connection.send(
    {
      method: "POST",
      path: "api/graphql",
      json: { query: document, variables },
      repeatable: !/^\s*mutation\b/.test(document),
    },
    readAnswer,
  );
  const errors: { message?: string }[] = body?.errors ?? [];
  if (errors.length > 0) {
    const reasons = errors.map((each) => connection.redact(each.message ?? "no reason given"));
    throw new GitlabError("invalid", `GitLab's GraphQL API answered: ${reasons.join("; ")}`, 200, reasons);
  }
  if (body?.data === undefined) throw errorOfAnswer(502, "POST api/graphql", "", "");
  return body.data;
}

/** All nodes of a GraphQL connection: `page` is asked with the cursor of the page before. */
export async function nodesOf<T>(
  page: (after: string | null) => Promise<Nodes<T> | null | undefined>,
): Promise<T[]> {
  const nodes: T[] = [];
  for (let after: string | null = null; ; ) {
    const found = await page(after);
    if (!found) return nodes;
    nodes.push(...found.nodes);
    const { hasNextPage, endCursor } = found.pageInfo;
    if (!hasNextPage || endCursor === null || endCursor === after) return nodes;
    after = endCursor;
  }
}

/** One page of a GraphQL connection. */
export interface Nodes<T> {
  readonly nodes: readonly T[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}
