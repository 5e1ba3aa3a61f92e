import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly at: number;
}

/** What to answer: status, headers and body, or "reset" to break the connection, or "hang" to stay silent. */
export type ScriptedAnswer =
  | { status?: number; headers?: Record<string, string>; json?: unknown; text?: string }
  | "reset"
  | "hang";

/** A loopback server that answers from a script and remembers what it was asked: for one exchange at a time. */
export async function startScriptedServer(
  script: (request: SeenRequest, count: number) => ScriptedAnswer,
): Promise<{ address: string; seen: SeenRequest[]; stop(): Promise<void>; server: Server }> {
  const seen: SeenRequest[] = [];
  const server = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const request = {
      method: incoming.method ?? "",
      url: incoming.url ?? "",
      headers: incoming.headers,
      body: Buffer.concat(chunks).toString(),
      at: Date.now(),
    };
    seen.push(request);
    give(outgoing, script(request, seen.length));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    server,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function give(outgoing: ServerResponse, answer: ScriptedAnswer): void {
  if (answer === "hang") return;
  if (answer === "reset") {
    outgoing.socket?.destroy();
    return;
  }
  const { status = 200, headers = {}, json, text } = answer;
  outgoing.writeHead(status, {
    "content-type": json === undefined ? "text/plain" : "application/json",
    ...headers,
  });
  outgoing.end(json === undefined ? (text ?? "") : JSON.stringify(json));
}
