import { GitlabError } from "./errors.ts";

/** How a request failed that got no whole answer. */
export interface Failure {
  /** True where the request cannot have reached GitLab, so that repeating it is always safe. */
  readonly unsent: boolean;
  /** False where trying again cannot help (a certificate that is not trusted, a name that does not exist). */
  readonly passing: boolean;
  readonly error: GitlabError;
}

/** Codes of failures while connecting: nothing was sent yet. */
const unsentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/** OpenSSL's and Node's codes of a certificate that is not trusted (Node docs, tls "X509 certificate error codes"). */
const certificateCode = /CERT|SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|ERR_TLS|ERR_SSL/;

/** Classes what fetch threw. `what` names the request, `address` GitLab. */
export function failureOf(thrown: unknown, what: string, address: string): Failure {
  const { code, text } = rootCause(thrown);
  if (certificateCode.test(code)) {
    return {
      unsent: true,
      passing: false,
      error: new GitlabError(
        "certificate",
        `the certificate of ${address} is not trusted (${code}): give its authority's file in GITLAB_CA_FILE`,
      ),
    };
  }
  if (code === "TimeoutError" || /TIMEOUT/.test(code)) {
    return {
      unsent: unsentCodes.has(code),
      passing: true,
      error: new GitlabError("timeout", `${address} did not answer ${what} in time`),
    };
  }
  return {
    unsent: unsentCodes.has(code),
    passing: code !== "ENOTFOUND",
    error: new GitlabError(
      "connection",
      unsentCodes.has(code)
        ? `cannot connect to ${address} (${text}): check GITLAB_URL, the network and the proxy`
        : `the connection to ${address} broke during ${what} (${text})`,
    ),
  };
}

/** fetch hides the reason in a chain of causes; a refused connection to several addresses comes as an AggregateError. */
function rootCause(thrown: unknown): { code: string; text: string } {
  let error = thrown;
  while (error instanceof Error) {
    const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
    if (!(inner instanceof Error)) break;
    error = inner;
  }
  if (!(error instanceof Error)) return { code: "", text: String(error) };
  const code = (error as NodeJS.ErrnoException).code ?? error.name;
  return {
    code: typeof code === "string" ? code : error.name,
    text: typeof code === "string" ? code : error.message,
  };
}
