import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Where GitLab keeps artifacts: another origin, which is reached by signed addresses and lets in nobody who brings a token. */
export interface ObjectStore {
  readonly address: string;
  stop(): Promise<void>;
}

/**
 * Starts a store on a free port of the loopback interface.
 * @param stored what it holds, by key
 * @param fault a status to answer with in place of what is there
 */
export async function startObjectStore(
  stored: ReadonlyMap<string, Buffer>,
  fault: () => number | undefined,
): Promise<ObjectStore> {
  const http = createServer((incoming, outgoing) => {
    const key = /^\/artifacts\/([^?]+)\?X-Signature=/.exec(incoming.url ?? "")?.[1] ?? "";
    // The token must not come here: the address is signed.
    const bytes = incoming.headers.authorization === undefined ? stored.get(key) : undefined;
    const status = fault();
    const fine = bytes !== undefined && status === undefined;
    const type = fine ? "application/zip" : "application/xml";
    outgoing.writeHead(status ?? (bytes ? 200 : 403), { "content-type": type });
    outgoing.end(fine ? bytes : "<Error><Code>AccessDenied</Code></Error>");
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    stop: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
