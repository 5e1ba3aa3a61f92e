import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { makeProject, runJob, scriptOf } from "./job.ts";
import { systemHas } from "./system.ts";

const there = await systemHas("openssh-client");

/** So many that what a job says of them does not fit into a pipe (64 KiB): whoever reads only its beginning is found out every time. */
const many = 800;

describe.skipIf(!there)("a job with much to say", () => {
  const { path: project, remove } = makeProject({
    "package/app/wsgi.py": "",
    "package/requirements.lock": "",
    "package/wheels/none": "",
    "package/manifest.json": JSON.stringify({
      version: "1",
      python: "3.11",
      created: "2026-01-02T03:04:05Z",
      commit: "0123abcd",
    }),
  });
  afterAll(remove);
  mkdirSync(join(project, "../home"));
  execFileSync(
    "tar",
    [
      "-czf",
      "deployment_package.tar.gz",
      "-C",
      "package",
      "app",
      "wheels",
      "requirements.lock",
      "manifest.json",
    ],
    { cwd: project },
  );
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(project, "../key")]);
  writeFileSync(join(project, "../known_hosts"), "server ssh-ed25519 AAAA\n");
  const variables = {
    BERTH_SERVICE_NAME: "flask-helpdesk",
    BERTH_MANIFEST_SHA256: createHash("sha256")
      .update(readFileSync(join(project, "package/manifest.json")))
      .digest("hex"),
    SSH_PRIVATE_KEY: join(project, "../key"),
    SSH_KNOWN_HOSTS: join(project, "../known_hosts"),
    DEPLOY_SERVER: "server.invalid",
    DEPLOY_USER: "deploy",
    BERTH_SWITCHES: "install_tools=false",
  };

  it("deploy_to_server names the first of many variables that are not set", async () => {
    const names = Array.from({ length: many }, (_, index) => `NOT_SET_${index}`);
    const { code, output } = await runJob(scriptOf("deploy", "deploy_to_server"), project, {
      ...variables,
      BERTH_ENV_VARIABLES: names.join(" "),
    });
    expect(output).toMatch(/^error: the CI\/CD variable NOT_SET_0 is not set: .*\n$/);
    expect(code).toBe(1);
  });

  it("pre_deploy_checks takes none of many bad server names for good, and counts them all", async () => {
    const servers = Array.from({ length: many }, (_, index) => `bad!server!${index}`);
    const { code, output } = await runJob(scriptOf("deploy", "pre_deploy_checks"), project, {
      ...variables,
      DEPLOY_SERVER: servers.join(","),
    });
    expect(output.match(/ problem {2}DEPLOY_SERVER: "bad!server!\d+" is not a server's name/g)).toHaveLength(
      many,
    );
    expect(output.trimEnd().split("\n").at(-1)).toBe(
      `error: ${many} problem(s) stand in the way of a deploy; each has its cure above`,
    );
    expect(code).toBe(1);
  });
});
