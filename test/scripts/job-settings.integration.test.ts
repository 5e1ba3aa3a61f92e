import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { bundleScript } from "../../src/embed/bundle.ts";
import { runWithLibrary } from "./library.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "berth-job-settings-"));
const canary = join(folder, "canary");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const onServers = [
  "pre_deploy_checks",
  "deploy_to_server",
  "post_deploy_verification",
  "rollback_deployment",
];
const jobs = ["validate_syntax", "run_tests", "build_deployment_package", ...onServers];

const manifest =
  '{"version": "1.0.0", "python": "3.11", "commit": "0123abcd", "created": "2026-01-02T03:04:05Z"}';

beforeAll(() => {
  mkdirSync(join(folder, "project"));
  for (const job of jobs) {
    const read = (path: string) => readFileSync(join(root, path), "utf8");
    writeFileSync(join(folder, `${job}.sh`), bundleScript(`scripts/jobs/${job}.sh`, read));
  }
  for (const name of ["app", "wheels"]) mkdirSync(join(folder, "package", name), { recursive: true });
  writeFileSync(join(folder, "package/requirements.lock"), "");
  writeFileSync(join(folder, "package/manifest.json"), manifest);
  const parts = ["app", "wheels", "requirements.lock", "manifest.json"];
  const place = join(folder, "project/deployment_package.tar.gz");
  execFileSync("tar", ["-czf", place, "-C", join(folder, "package"), ...parts]);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(folder, "key")]);
});

/** Runs a job's whole script, as its template carries it, with these variables over those of a deploy that could begin. */
function run(
  job: string,
  variables: Readonly<Record<string, string>>,
): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync("bash", [join(folder, `${job}.sh`)], {
    cwd: join(folder, "project"),
    env: {
      PATH: process.env.PATH ?? "",
      HOME: folder,
      BERTH_SOURCE_FOLDER: ".",
      BERTH_PYTHON_VERSION: "3.11",
      BERTH_REQUIREMENTS_FILE: "requirements.txt",
      BERTH_SERVICE_NAME: "helpdesk",
      BERTH_CONNECTION_TIMEOUT: "0",
      SSH_PRIVATE_KEY: join(folder, "key"),
      SSH_KNOWN_HOSTS: "192.0.2.1 ssh-ed25519 AAAA",
      DEPLOY_SERVER: "127.0.0.1",
      DEPLOY_USER: "deploy",
      BERTH_MANIFEST_SHA256: createHash("sha256").update(manifest).digest("hex"),
      CI_PIPELINE_CREATED_AT: "2026-01-02T03:04:05Z",
      BERTH_SSH_PORT: "1", // nothing listens there
      ...variables,
    },
    encoding: "utf8",
  });
  return { code: status, output: `${stdout}${stderr}` };
}

describe.each(jobs)("%s", (job) => {
  it.each([
    [
      "a second line for the unit",
      "start_command",
      'python wsgi.py\nExecStartPre=+/bin/sh -c "id >/root/pwned-nl"',
    ],
    ["a command where the server counts", "keep_releases", `PATH[$(touch ${canary})]`],
    ["a command where the job counts", "max_parallel", `PATH[$(touch ${canary})]`],
    ["a number with a fraction", "stable_seconds", "1.5"],
    ["a number that bash would read as octal", "health_timeout", "010"],
    ["an option in place of a path", "deploy_path", "-rf"],
    ["a path out of the project", "source_folder", "../elsewhere"],
    ["a terminal's escape", "before_switch", "\u001b]0;title\u0007migrate"],
    ["an unknown switch", "switches", `harden_unit=$(touch ${canary})`],
  ])("refuses %s in one line, before it does anything", (_, name, value) => {
    const { code, output } = run(job, { [`BERTH_${name.toUpperCase()}`]: value });
    expect(output).toMatch(
      new RegExp(`^error: the setting ${name} \\(BERTH_${name.toUpperCase()}\\) must be .*, not .*\\n$`),
    );
    expect(output).not.toContain("\u001b");
    expect(code).toBe(1);
    expect(existsSync(canary)).toBe(false);
  });
});

describe("the attacks, where the check alone is taken away", () => {
  const unchecked = (job: string) => {
    const name = `${job}-unchecked`;
    const text = readFileSync(join(folder, `${job}.sh`), "utf8");
    const without = text.replaceAll(/^(\s*)check_setting\(\) \{$/gm, "$1check_setting() {\n$1  return 0");
    expect(without).not.toBe(text);
    writeFileSync(join(folder, `${name}.sh`), without);
    return name;
  };
  afterEach(() => rmSync(canary, { force: true }));

  it("run a command on the runner", () => {
    run(unchecked("deploy_to_server"), { BERTH_MAX_PARALLEL: `PATH[$(touch ${canary})]` });
    expect(existsSync(canary)).toBe(true);
  });

  it("run a command on the server, and write a line into its unit", () => {
    const start = "python wsgi.py\nExecStartPre=+/bin/sh -c id";
    const settings = {
      BERTH_SERVICE_NAME: "helpdesk",
      BERTH_DEPLOY_PATH: "/srv/app",
      BERTH_BACKUP_PATH: "/srv/backups",
      BERTH_KEEP_RELEASES: `PATH[$(touch ${canary})]`,
      BERTH_START_COMMAND: start,
    };
    const sent = runWithLibrary(["messages", "server"], "check_setting() { :; }; print_settings", settings);
    const host = ["messages", "settings", "layout", "prune"].map((name) => `../host/${name}`);
    const program = `read_settings /dev/stdin <<<"$SENT"; set_layout; printf %s "$BERTH_START_COMMAND"
      live_release() { :; }; rollback_target() { :; }; confirmed_releases() { echo one; }; prune_releases`;
    const undone = runWithLibrary(host, `check_setting() { :; }; ${program}`, { SENT: sent.stdout });
    expect(undone.stdout).toBe(start);
    expect(existsSync(canary)).toBe(true);
    rmSync(canary);
    const held = runWithLibrary(host, program, { SENT: sent.stdout });
    expect(held).toMatchObject({ code: 1, stdout: "" });
    expect(existsSync(canary)).toBe(false);
  });
});

describe.each(onServers)("%s, with a DEPLOY_SERVER that", (job) => {
  it.each([
    ["is empty", "", "DEPLOY_SERVER is not set"],
    ["is blank", " \t\n", "DEPLOY_SERVER names no server"],
    ["holds commas alone", " , ,", "DEPLOY_SERVER names no server"],
  ])("%s, ends red and says so once", (_, DEPLOY_SERVER, expected) => {
    const { code, output } = run(job, { DEPLOY_SERVER });
    expect(code).toBe(1);
    expect(output.split("\n").filter((line) => line.includes("DEPLOY_SERVER"))).toEqual([
      expect.stringContaining(expected),
    ]);
  });

  it("names 300 servers, leaves none of them out in silence", () => {
    const servers = Array.from(
      { length: 300 },
      (_, index) => `127.0.${1 + Math.floor(index / 200)}.${1 + (index % 200)}`,
    );
    const { code, output } = run(job, { DEPLOY_SERVER: servers.join(",") });
    expect(code).toBe(1);
    if (job === "pre_deploy_checks") {
      for (const server of servers) expect(output).toContain(`problem  ${server}: no connection`);
    } else if (job !== "post_deploy_verification") {
      expect(output.match(/^127\.\S+ +(failed|not begun) /gm)?.length).toBe(300);
    }
  }, 300_000);
});

describe("pre_deploy_checks, where the key is there", () => {
  it.each([
    ["false", true],
    ["true", false],
  ])("and the branch is protected: %s, says who can read it", (CI_COMMIT_REF_PROTECTED, noted) => {
    const { output } = run("pre_deploy_checks", { CI_COMMIT_REF_PROTECTED, CI_COMMIT_BRANCH: "main" });
    expect(/note .*the branch main is not protected, and SSH_PRIVATE_KEY is here/.test(output)).toBe(noted);
  });
});

describe("the servers of a job", () => {
  const resolved = (servers: string, more: Readonly<Record<string, string>> = {}) => {
    const { stdout, stderr } = runWithLibrary(
      ["messages", "ssh_key", "connection"],
      `write_private_key() { :; }; read_targets; configure_ssh '${folder}'
       for target in "\${TARGETS[@]}"; do ssh -G -F "$SSH_CONFIG" "$(alias_of "$target")" | awk '$1 ~ /^(hostname|user|port)$/ { print $2 }' | sort | paste -sd ' '; done`,
      { DEPLOY_SERVER: servers, DEPLOY_USER: "deploy", ...more },
    );
    return { servers: stdout.trim().split("\n"), stderr };
  };

  it("are told apart where their names differ in a dot or a dash alone", () => {
    expect(resolved("10.0.0.1 10-0-0-1 a.b a-b a_b").servers).toEqual(
      ["10.0.0.1", "10-0-0-1", "a.b", "a-b", "a_b"].map(
        (name) => `${["22", name, "deploy"].toSorted().join(" ")}`,
      ),
    );
  });

  it("are done once where one is named twice, in whatever form", () => {
    const { servers, stderr } = resolved("web1,web1 WEB1:22 deploy@web1 other@web1 web1:2222");
    expect(servers).toEqual(["22 deploy web1", "22 other web1", "2222 deploy web1"]);
    expect(stderr.match(/more than once; it is done once/g)?.length).toBe(3);
  });

  it.each(["a:0", "a:65536", "a:022", "a:99999999"])("have a port between 1 and 65535: not %s", (server) => {
    expect(resolved(server).stderr).toContain(`DEPLOY_SERVER: "${server}" is not a server's name or address`);
  });
});

describe("a folder on the server", () => {
  it("stays with the service that was deployed there first: a-b and a_b have the same defaults", () => {
    const state = join(folder, "deploy/.deploy");
    mkdirSync(state, { recursive: true });
    const stored = Buffer.from("a-b").toString("base64");
    writeFileSync(join(state, "settings"), `BERTH_SERVICE_NAME=${stored}\n`);
    const ask = (service: string) =>
      runWithLibrary(["../host/messages", "../host/layout"], "set_layout; require_own_folder", {
        BERTH_DEPLOY_PATH: join(folder, "deploy"),
        BERTH_SERVICE_NAME: service,
      });
    expect(ask("a-b").code).toBe(0);
    const { code, stderr } = ask("a_b");
    expect(code).toBe(1);
    expect(stderr).toContain("deploy belongs to the service a-b");
  });
});
