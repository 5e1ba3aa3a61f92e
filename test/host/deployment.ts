import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Preparation, ThrowawayHost } from "../../src/host/index.ts";
import { ask } from "../faults/server/customers.ts";
import type { Package } from "../faults/server/packages.ts";
import { type JobResult, scriptOf, unpacked } from "../scripts/job.ts";

export const deployPath = "/var/www/flask_helpdesk";
export const backupPath = "/var/backups/flask_helpdesk";
export const port = 8000;

/** A server for these tests, with no other rights for the deploy user than those that `berth host prepare` gives. */
export const preparation: Preparation = {
  deployUser: "deploy",
  serviceName: "flask-helpdesk",
  serviceUser: "www-data",
  deployPath,
  backupPath,
  listen: true,
  units: "deployer",
};

/** The inputs of these tests: a shorter watch than the default, more patience with a busy machine, everything else as a consumer would have it. */
const usual: Readonly<Record<string, string>> = {
  BERTH_SERVICE_NAME: "flask-helpdesk",
  BERTH_SERVICE_USER: "www-data",
  BERTH_PERSISTENT_PATHS: "blog/db",
  BERTH_LISTEN: `0.0.0.0:${port}`,
  BERTH_HEALTH_URL: `http://127.0.0.1:${port}/healthz`,
  BERTH_HEALTH_TIMEOUT: "120",
  BERTH_STABLE_SECONDS: "1",
  BERTH_RESERVE_MEGABYTES: "20",
  BERTH_CONNECTION_TIMEOUT: "60",
  BERTH_STOP_TIMEOUT: "10",
  BERTH_ENV_VARIABLES: "SECRET_KEY",
  BERTH_SWITCHES: "manage_units=true harden_unit=true health_version=true",
  SECRET_KEY: "a secret of sixteen and more",
};

let pipeline = 5000;

/** A consumer's project with a package in it, whose jobs run as a runner's shell would run them. */
export class Deployment {
  readonly folder = mkdtempSync(join(tmpdir(), "berth-deployment-"));
  readonly variables: Record<string, string>;
  /** What is changed in a job's script before it runs: an attack's positive control undoes one defence. */
  edit: ((script: string) => string) | undefined;

  constructor(
    hosts: readonly ThrowawayHost[],
    content: Package,
    variables: Readonly<Record<string, string>> = {},
  ) {
    pipeline += 1;
    const [first] = hosts;
    const knownHosts = join(this.folder, "known_hosts");
    writeFileSync(knownHosts, hosts.map((host) => host.knownHosts).join("\n"));
    mkdirSync(join(this.folder, "project"));
    execFileSync("tar", [
      "-czf",
      join(this.folder, "project/deployment_package.tar.gz"),
      "-C",
      content.folder,
      ...["app", "wheels", "requirements.lock", "manifest.json"],
    ]);
    const manifest = readFileSync(join(content.folder, "manifest.json"));
    this.variables = {
      BERTH_MANIFEST_SHA256: createHash("sha256").update(manifest).digest("hex"),
      PATH: process.env.PATH ?? "",
      HOME: this.folder,
      ...usual,
      SSH_PRIVATE_KEY: first?.privateKeyFile ?? "",
      SSH_KNOWN_HOSTS: knownHosts,
      DEPLOY_SERVER: hosts.map(({ address }) => address).join(" "),
      DEPLOY_USER: first?.user ?? "",
      CI_PIPELINE_CREATED_AT: `2026-01-02T00:${String(Math.floor(pipeline / 60) % 60).padStart(2, "0")}:${String(pipeline % 60).padStart(2, "0")}Z`,
      CI_PIPELINE_ID: String(pipeline),
      CI_COMMIT_SHORT_SHA: "0123abcd",
      ...variables,
    };
  }

  /** A test that takes a defence out sees the whole text; else the script is run as it travels. */
  private edited(script: string): string {
    return this.edit ? this.edit(unpacked(script)) : script;
  }

  /**
   * Runs a job of deploy or rollback to its end, by dash, as a runner does where there is nothing better. `during` is told
   * each part of the output, and can cancel the job as GitLab does.
   */
  run(
    job: string,
    variables: Readonly<Record<string, string>> = {},
    during: (output: string, cancel: () => void) => void = () => undefined,
    shell: readonly string[] = ["dash"],
  ): Promise<JobResult> {
    const template = job === "rollback_deployment" ? "rollback" : "deploy";
    const [program = "", ...options] = shell;
    const script = join(this.folder, `${job}.sh`); // one argument of a program has room for 128 KiB at most
    writeFileSync(script, `exec 2>&1\n${this.edited(scriptOf(template, job))}`);
    const child = spawn(program, [...options, "-e", script], {
      cwd: join(this.folder, "project"),
      env: { ...this.variables, ...variables },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      output += part;
      during(output, () => process.kill(-(child.pid ?? 0), "SIGTERM"));
    });
    return new Promise((done) => child.on("close", (code) => done({ code: code ?? 1, output })));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What the application says of itself, from outside. */
export async function health(host: ThrowawayHost): Promise<{ version: string; tickets: number }> {
  const { status, text } = await ask({ address: host.address, port, path: "/healthz" });
  if (status !== 200) throw new Error(`/healthz answers ${status}: ${text}`);
  return JSON.parse(text);
}

export async function openTicket(host: ThrowawayHost, subject: string): Promise<void> {
  const body = new URLSearchParams({ subject, requester: "test" }).toString();
  const { status, text } = await ask({ address: host.address, port, method: "POST", path: "/tickets", body });
  if (status !== 303) throw new Error(`the ticket could not be opened: ${status} ${text}`);
}

/** Runs a shell program as root on the host and returns what it printed. @throws Error with its errors when it fails. */
export async function shell(host: ThrowawayHost, program: string, input = ""): Promise<string> {
  const { code, stdout, stderr } = await host.run(["sh", "-euc", program], { input });
  if (code !== 0) throw new Error(`${program}: ${stderr}`);
  return stdout.trim();
}
