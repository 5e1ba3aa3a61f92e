import type { Response } from "undici";
import type { Connection, GitlabRequest } from "./connection.ts";
import { errorOfPage } from "./errors.ts";

/** An answer as @gitbeaker's resources expect it from their requester. */
export interface ReadAnswer {
  // biome-ignore lint/suspicious/noExplicitAny: the type of @gitbeaker's own RequesterType, whose resources cast it
  readonly body: any;
  readonly headers: Record<string, string>;
  readonly status: number;
}

interface Options {
  readonly body?: Readonly<Record<string, unknown>> | FormData;
  readonly searchParams?: Readonly<Record<string, unknown>>;
}

/** POSTs that may be sent twice: the second one changes nothing. */
const repeatablePosts = [/\/ci\/lint$/, /\/cancel$/];

/**
 * The requester under @gitbeaker's resources, in place of its own (43.8), which rewrites the names of CI inputs to
 * snake_case, tries POSTs ten times within a third of a second and knows no Retry-After.
 */
export function requesterOver(connection: Connection): (service: { url: string }) => Record<Method, Send> {
  return ({ url }) => {
    const prefix = url.slice(connection.address.length + 1).replace(/\/+$/, "");
    const sender =
      (method: GitlabRequest["method"]): Send =>
      (endpoint, options = {}) =>
        connection.send(requestOf(method, `${prefix}/${endpoint}`, options), readAnswer);
    return {
      get: sender("GET"),
      post: sender("POST"),
      put: sender("PUT"),
      patch: sender("PATCH"),
      delete: sender("DELETE"),
    };
  };
}

type Method = "get" | "post" | "put" | "patch" | "delete";
type Send = (endpoint: string, options?: Options) => Promise<ReadAnswer>;

/** Reads a JSON answer to values, a text answer to a string and any other to a Buffer. */
export async function readAnswer(answer: Response): Promise<ReadAnswer> {
  const type = answer.headers.get("content-type") ?? "";
  const headers = Object.fromEntries(answer.headers.entries());
  if (answer.status === 204) return { body: null, headers, status: 204 };
  if (type.includes("json")) return { body: await answer.json(), headers, status: answer.status };
  if (type.startsWith("text/html")) throw errorOfPage(answer.url, answer.status);
  if (type.startsWith("text/")) return { body: await answer.text(), headers, status: answer.status };
  return { body: Buffer.from(await answer.arrayBuffer()), headers, status: answer.status };
}

/** The query of a request: names in snake_case, lists as `name[]`, as GitLab reads them. */
export function queryOf(parameters: Readonly<Record<string, unknown>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue;
    const key = snakeCase(name);
    if (Array.isArray(value)) for (const each of value) query.append(`${key}[]`, String(each));
    else query.append(key, String(value));
  }
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}

function requestOf(
  method: GitlabRequest["method"],
  path: string,
  { body, searchParams }: Options,
): GitlabRequest {
  const json = body && Object.keys(body).length > 0 ? withSnakeCaseKeys(body) : undefined;
  return {
    method,
    path: path + queryOf(searchParams ?? {}),
    ...(json === undefined ? {} : { json }),
    ...(method === "POST" && repeatablePosts.some((each) => each.test(path)) ? { repeatable: true } : {}),
  };
}

/** Only GitLab's own attributes, at the top, are renamed: deeper keys (inputs, variables) are the user's. */
function withSnakeCaseKeys(body: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [snakeCase(key), value]));
}

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
