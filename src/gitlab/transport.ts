import { rootCertificates } from "node:tls";
import type { Dispatcher, Response } from "undici";
import { type Access, readAuthorities } from "./access.ts";

/** One request on the wire. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** Sends one request once, without following redirects, and returns the answer with its body unread. */
export type Transport = (request: WireRequest) => Promise<Response>;

const connectTimeout = 10_000;
const silenceTimeout = 60_000;

/**
 * A transport over undici, the HTTP client inside of Node, taken as a package because Node's own copy can be given neither
 * a proxy nor a certificate authority. It is loaded with the first request.
 */
export function openTransport(access: Pick<Access, "authorityFiles" | "proxy">): Transport {
  let opened: Promise<{ fetch: typeof import("undici").fetch; dispatcher: Dispatcher }> | undefined;
  return async ({ method, url, headers, body, signal }) => {
    opened ??= openDispatcher(access);
    const { fetch, dispatcher } = await opened;
    return fetch(url, {
      method,
      headers: { ...headers },
      ...(body === undefined ? {} : { body }),
      signal,
      dispatcher,
      redirect: "manual",
    });
  };
}

async function openDispatcher({ authorityFiles, proxy }: Pick<Access, "authorityFiles" | "proxy">) {
  const { Agent, EnvHttpProxyAgent, fetch } = await import("./http-client.ts");
  const authorities = await readAuthorities(authorityFiles);
  const trust = authorities.length > 0 ? { ca: [...rootCertificates, ...authorities] } : {};
  const timeouts = { headersTimeout: silenceTimeout, bodyTimeout: silenceTimeout };
  const connect = { timeout: connectTimeout, ...trust };
  const dispatcher =
    proxy.http || proxy.https
      ? new EnvHttpProxyAgent({
          ...timeouts,
          connect,
          requestTls: connect,
          proxyTls: connect,
          // An empty string says "none": undefined would let undici read this process's environment.
          httpProxy: proxy.http ?? "",
          httpsProxy: proxy.https ?? "",
          noProxy: proxy.except ?? "",
        })
      : new Agent({ ...timeouts, connect });
  return { fetch, dispatcher };
}
