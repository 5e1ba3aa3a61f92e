import { UsageError } from "../base/usage-error.ts";

/** What went wrong between Berth and GitLab, as far as a caller may want to act on it. */
export type GitlabErrorKind =
  | "unauthorized" // 401: the token is wrong, expired or revoked
  | "forbidden" // 403: the token is known, and may not do this
  | "not-found" // 404: not there, or not visible to the token
  | "conflict" // 409
  | "invalid" // 400, 422: GitLab gives its reasons
  | "rate-limited" // 429 for longer than we wait
  | "unavailable" // 5xx, or an answer that is not the API's
  | "elsewhere" // another server that GitLab sent us to refused
  | "timeout"
  | "connection" // no connection, or it broke before anything was carried out
  | "certificate"
  | "uncertain" // the answer to a request that must not be repeated was lost
  | "aborted";

/** One failed request, as one line that says what to do. Never carries the token, the headers or the request's body. */
export class GitlabError extends UsageError {
  readonly kind: GitlabErrorKind;
  /** The HTTP status, where there was an answer. */
  readonly status: number | undefined;
  /** GitLab's own reasons, one line each. */
  readonly reasons: readonly string[];

  constructor(kind: GitlabErrorKind, message: string, status?: number, reasons: readonly string[] = []) {
    super(message);
    this.kind = kind;
    this.status = status;
    this.reasons = reasons;
  }
}

/** True where `error` is a GitlabError of one of these kinds. */
export function isGitlabError(error: unknown, ...kinds: readonly GitlabErrorKind[]): error is GitlabError {
  return error instanceof GitlabError && (kinds.length === 0 || kinds.includes(error.kind));
}

/**
 * The error for an answer that is not a success. `what` names the request (`POST projects/a%2Fb/pipeline`), `body` is
 * the answer's text. Source of the statuses: GitLab docs, api/rest "Status codes".
 */
export function errorOfAnswer(status: number, what: string, contentType: string, body: string): GitlabError {
  const reasons = reasonsOf(contentType, body);
  const why = reasons.length > 0 ? `: ${reasons.join("; ")}` : "";
  const said = `GitLab answered ${status} to ${what}${why}`;
  const scope = missingScope(contentType, body);
  switch (status) {
    case 401:
      return new GitlabError(
        "unauthorized",
        `${said}; the token is wrong, expired or revoked: set GITLAB_TOKEN to a valid one`,
        status,
        reasons,
      );
    case 403:
      return new GitlabError(
        "forbidden",
        scope
          ? `${said}; the token lacks the scope ${scope}: make one that has it`
          : `${said}; the token is valid but may not do this: its user needs a higher role on the project`,
        status,
        reasons,
      );
    case 404:
      return new GitlabError(
        "not-found",
        `${said}; it does not exist or the token cannot see it: check the name and the membership of the token's user`,
        status,
        reasons,
      );
    case 409:
      return new GitlabError("conflict", said, status, reasons);
    case 429:
      return new GitlabError(
        "rate-limited",
        `${said}; the rate limit is used up: try again later`,
        status,
        reasons,
      );
    default:
      return status >= 500
        ? new GitlabError("unavailable", `${said}; GitLab is in trouble: try again later`, status, reasons)
        : new GitlabError("invalid", said, status, reasons);
  }
}

/** The error for an answer of another server that GitLab sent us to, such as the object store that keeps its artifacts. */
export function errorElsewhere(status: number, what: string, host: string): GitlabError {
  const said = `${host}, where GitLab keeps what ${what} asks for, answered ${status}`;
  return status >= 500 || status === 429
    ? new GitlabError("unavailable", `${said}; it is in trouble: try again later`, status)
    : new GitlabError(
        "elsewhere",
        `${said}; the token is not to blame: GitLab's administrator should look at its object store`,
        status,
      );
}

/** The error for a web page where data was expected. */
export function errorOfPage(url: string, status: number): GitlabError {
  return new GitlabError(
    "unavailable",
    `${new URL(url).origin} answered with a web page where GitLab's API was expected: check GITLAB_URL and the proxy`,
    status,
  );
}

/**
 * GitLab's reasons out of an error's body. It writes them as `{error}`, `{message: text | list | {field: list}}` or
 * `{error, error_description}` (GitLab docs, api/rest "Data validation and error reporting").
 */
function reasonsOf(contentType: string, body: string): string[] {
  if (!contentType.includes("json")) return [];
  const answer = parse(body);
  if (!isRecord(answer)) return [];
  const { message, error, error_description: description, errors } = answer;
  const found = [description, message, error, errors].find((each) => each !== undefined && each !== null);
  return [...new Set(flatten(found))].map(oneLine).filter((each) => each !== "");
}

function flatten(value: unknown, field = ""): string[] {
  if (typeof value === "string" || typeof value === "number")
    return [field ? `${field} ${value}` : `${value}`];
  if (Array.isArray(value)) return value.flatMap((each) => flatten(each, field));
  if (isRecord(value)) {
    return Object.entries(value).flatMap(([key, each]) => flatten(each, key === "base" ? field : key));
  }
  return [];
}

/** OAuth's way to say which scope a token lacks (RFC 6750, section 3.1): `{error: "insufficient_scope", scope}`. */
function missingScope(contentType: string, body: string): string | undefined {
  const answer = contentType.includes("json") ? parse(body) : undefined;
  if (!isRecord(answer) || answer.error !== "insufficient_scope") return undefined;
  return typeof answer.scope === "string" ? `"${answer.scope}"` : "it needs";
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, " ").trim();
}
