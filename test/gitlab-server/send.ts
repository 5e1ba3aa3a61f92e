import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Answer } from "./routes/index.ts";

/** An answer of the proxy before GitLab. */
export function troubled(status: number): Answer {
  return {
    status,
    text: "<html><body>GitLab is not responding</body></html>",
    headers: { "content-type": "text/html" },
  };
}

/** Sends an answer with the headers of all of GitLab's; `cut` breaks the connection in the middle of it. */
export function send(
  outgoing: ServerResponse,
  { status = 200, json, text, bytes, headers = {} }: Answer,
  cut = false,
): void {
  const body = bytes ?? Buffer.from(json === undefined ? (text ?? "") : JSON.stringify(json));
  const type = bytes ? "application/octet-stream" : json === undefined ? "text/plain" : "application/json";
  outgoing.writeHead(status, {
    "ratelimit-limit": "2000",
    "ratelimit-observed": "1",
    "ratelimit-remaining": "1999",
    "ratelimit-reset": String(Math.ceil(Date.now() / 60_000) * 60),
    "x-request-id": randomUUID(),
    "content-type": type,
    ...(status === 204 ? {} : { "content-length": body.length }),
    ...headers,
  });
  if (!cut) {
    outgoing.end(status === 204 ? undefined : body);
    return;
  }
  outgoing.write(body.subarray(0, Math.floor(body.length / 2)));
  setTimeout(() => outgoing.socket?.destroy(), 5);
}
