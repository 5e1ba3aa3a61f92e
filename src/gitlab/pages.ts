import type { Connection } from "./connection.ts";
import { GitlabError } from "./errors.ts";
import { queryOf, type ReadAnswer, readAnswer } from "./requester.ts";

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page is, to be given as `from`, also by a later process; absent on the last page. */
  readonly next?: string;
  /** How many items all pages have together; GitLab leaves it out above 10,000. */
  readonly total?: number;
}

type Query = Readonly<Record<string, unknown>>;

/**
 * The pages of a list, one after the other, 100 items each. Follows both ways of GitLab's (docs, api/rest
 * "Pagination"): the `next` link of keyset pagination and, without one, the page number in `X-Next-Page`.
 * `from` goes on from the `next` of an earlier page.
 */
export async function* pagesOf<T>(
  connection: Connection,
  path: string,
  query: Query = {},
  from?: string,
): AsyncGenerator<Page<T>> {
  const first = queryOf({ perPage: 100, ...query });
  const seen = new Set<string>();
  for (let next: string | undefined = from ?? first; next !== undefined; ) {
    if (seen.has(next))
      throw new GitlabError("invalid", `GitLab's pages of ${path} go round in a circle at ${next}`);
    seen.add(next);
    const answer: ReadAnswer = await connection.send(
      { method: "GET", path: `api/v4/${path}${next}` },
      readAnswer,
    );
    if (!Array.isArray(answer.body))
      throw new GitlabError("invalid", `GitLab's answer to ${path} is not a list`);
    const after = nextOf(answer, next);
    const total = Number(answer.headers["x-total"] || Number.NaN);
    yield {
      items: answer.body,
      ...(after !== undefined && { next: after }),
      ...(Number.isInteger(total) && { total }),
    };
    next = after;
  }
}

/** All items of a list. Items that appear on two pages (the list grew while it was read) are given once. */
export async function listOf<T>(connection: Connection, path: string, query: Query = {}): Promise<T[]> {
  const items: T[] = [];
  const ids = new Set<unknown>();
  for await (const page of pagesOf<T>(connection, path, query)) {
    for (const item of page.items) {
      const id = (item as { id?: unknown } | null)?.id;
      if (id !== undefined && ids.has(id)) continue;
      ids.add(id);
      items.push(item);
    }
  }
  return items;
}

/**
 * The query of the next page. Of the link only the query is taken: behind a proxy its host and sub-path are often not
 * those that we reach GitLab by, and the token must not go there.
 */
function nextOf({ body, headers }: ReadAnswer, current: string): string | undefined {
  const link = /<([^>]+)>;\s*rel="next"/.exec(headers.link ?? "")?.[1];
  if (link !== undefined) return link.includes("?") ? link.slice(link.indexOf("?")) : undefined;
  if (headers.link !== undefined) return undefined;
  const number = headers["x-next-page"];
  if (number !== undefined) return number === "" ? undefined : withPage(current, number);
  // A proxy that drops unknown headers leaves neither: a full page is then followed by the next number.
  const query = new URLSearchParams(current);
  const full = body.length > 0 && body.length >= Number(query.get("per_page"));
  return full ? withPage(current, String(Number(query.get("page") ?? 1) + 1)) : undefined;
}

function withPage(query: string, page: string): string {
  const parameters = new URLSearchParams(query);
  parameters.set("page", page);
  return `?${parameters}`;
}
