import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openGitlab } from "../../src/gitlab/index.ts";

const folder = mkdtempSync(join(tmpdir(), "berth-network-"));
const openssl = (...args: string[]) => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
openssl(
  "req",
  "-x509",
  "-newkey",
  "rsa:2048",
  "-nodes",
  "-keyout",
  "ca.key",
  "-out",
  "ca.pem",
  "-subj",
  "/CN=Private CA",
  "-days",
  "2",
);
openssl(
  "req",
  "-newkey",
  "rsa:2048",
  "-nodes",
  "-keyout",
  "server.key",
  "-out",
  "server.csr",
  "-subj",
  "/CN=localhost",
  "-addext",
  "subjectAltName=DNS:localhost,IP:127.0.0.1",
);
openssl(
  "x509",
  "-req",
  "-in",
  "server.csr",
  "-CA",
  "ca.pem",
  "-CAkey",
  "ca.key",
  "-out",
  "server.pem",
  "-days",
  "2",
  "-copy_extensions",
  "copy",
);

const https = createServer(
  { key: readFileSync(join(folder, "server.key")), cert: readFileSync(join(folder, "server.pem")) },
  (_, answer) => answer.writeHead(200, { "content-type": "application/json" }).end('{"id":1}'),
);
const tunnelled: string[] = [];
const proxy = createHttpServer().on("connect", (request, client, head) => {
  tunnelled.push(request.url ?? "");
  const [host, port] = (request.url ?? "").split(":");
  const target = connect(Number(port), host, () => {
    client.write("HTTP/1.1 200 Connection established\r\n\r\n");
    target.write(head);
    target.pipe(client);
    client.pipe(target);
  });
  target.on("error", () => client.destroy());
  client.on("error", () => target.destroy());
});
const portOf = async (server: typeof proxy | typeof https) => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
};
const [httpsPort, proxyPort] = await Promise.all([portOf(https), portOf(proxy)]);
const base = { GITLAB_TOKEN: "secret", GITLAB_URL: `https://127.0.0.1:${httpsPort}` };

afterAll(() => {
  for (const server of [https, proxy]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true });
});

describe("a private certificate authority", () => {
  it("is not trusted by itself, and the line says where to give it", async () => {
    await expect(openGitlab({ env: base, pause: 1 }).projects.get(1)).rejects.toThrow(
      /^the certificate of https:\/\/127.0.0.1:\d+ is not trusted \(\w+\): give its authority's file in GITLAB_CA_FILE$/,
    );
  });

  it.each([
    "GITLAB_CA_FILE",
    "CI_SERVER_TLS_CA_FILE",
    "NODE_EXTRA_CA_CERTS",
  ])("is trusted from %s", async (name) => {
    const client = openGitlab({ env: { ...base, [name]: join(folder, "ca.pem") } });
    expect((await client.projects.get(1)).id).toBe(1);
  });
});

describe("a proxy", () => {
  it("is used from https_proxy, and not for what no_proxy names", async () => {
    const env = {
      ...base,
      GITLAB_CA_FILE: join(folder, "ca.pem"),
      https_proxy: `http://127.0.0.1:${proxyPort}`,
    };
    expect((await openGitlab({ env }).projects.get(1)).id).toBe(1);
    expect(tunnelled).toEqual([`127.0.0.1:${httpsPort}`]);
    expect((await openGitlab({ env: { ...env, no_proxy: "127.0.0.1" } }).projects.get(1)).id).toBe(1);
    expect(tunnelled).toHaveLength(1);
  });
});
