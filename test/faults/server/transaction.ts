import { randomBytes } from "node:crypto";
import { bundleScript } from "../../../src/embed/bundle.ts";
import type { ThrowawayHost } from "../../../src/host/index.ts";
import { mustRun, type Outcome, run } from "../../../src/host/subprocess.ts";
import { type Package, readFromProject } from "./packages.ts";

/** The last word of a transaction (`.deploy/runs/<run>/result`). */
export interface TransactionResult {
  readonly outcome: string;
  readonly code: number;
  readonly release: string;
  readonly live: string;
  readonly version: string;
  readonly step: string;
  readonly cause: string;
  readonly cure: string;
}

export interface DeployOptions {
  /** Settings over the usual ones, `BERTH_…` by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The content of `.env.production`; the usual one when absent. */
  readonly environment?: string;
  /** Titles of the step before which the transaction stops itself, until `proceed()`. */
  readonly stopAt?: string | undefined;
  /** A line of the log, without its numbers at the end, after which the transaction stops itself, until `proceed()`. */
  readonly stopAfterSaying?: string | undefined;
  /** A function of the program at whose beginning the transaction stops itself, until `proceed()`. */
  readonly stopIn?: string | undefined;
}

export const deployPath = "/var/www/flask_helpdesk";
export const applicationPort = 8000;

const usualSettings: Readonly<Record<string, string>> = {
  BERTH_SERVICE_NAME: "flask-helpdesk",
  BERTH_SERVICE_USER: "www-data",
  BERTH_DEPLOY_PATH: deployPath,
  BERTH_BACKUP_PATH: "/var/backups/flask_helpdesk",
  BERTH_PERSISTENT_PATHS: "blog/db",
  BERTH_LISTEN: `0.0.0.0:${applicationPort}`,
  BERTH_HEALTH_URL: `http://127.0.0.1:${applicationPort}/healthz`,
  BERTH_HEALTH_TIMEOUT: "15",
  BERTH_STABLE_SECONDS: "2",
  BERTH_KEEP_RELEASES: "3",
  BERTH_KEEP_BACKUPS: "3",
  BERTH_RESERVE_MEGABYTES: "20",
  BERTH_START_COMMAND: "gunicorn --workers 2 --threads 4 wsgi:application",
  BERTH_SWITCHES: "manage_units=true health_version=true",
  BERTH_ACTION: "deploy",
  BERTH_PYTHON: "3.11",
};

export const usualEnvironment = `SECRET_KEY="${"k".repeat(32)}"\n`;

let pipeline = 1000;

/**
 * One transaction on a host, asked for as the deploy job asks: the same program, sent along; the same requests, over SSH,
 * by the deploy user. What differs from the job: the program can be made to stop before a step (SIGSTOP to itself), so
 * that a fault strikes at a known place.
 */
export class Transaction {
  readonly run: string;
  readonly release: string;
  private readonly host: ThrowawayHost;
  private readonly program: string;

  private constructor(host: ThrowawayHost, run: string, release: string) {
    this.host = host;
    this.run = run;
    this.release = release;
    this.program = `/home/${host.user}/.berth-${run}.sh`;
  }

  /** Uploads the package and starts. Returns as soon as the transaction runs by itself. */
  static async start(
    host: ThrowawayHost,
    content: Package,
    options: DeployOptions = {},
  ): Promise<Transaction> {
    pipeline += 1;
    const id = `20260102T${String(pipeline).padStart(6, "0")}Z-${pipeline}-${randomBytes(4).toString("hex")}`;
    const transaction = new Transaction(host, `run-${id}`, id);
    await transaction.upload(content, options);
    await transaction.request(["start", deployPath, transaction.run]);
    return transaction;
  }

  /** The same release once more, by a run of its own: GitLab's Retry of the job whose transaction this was. */
  async startAgain(content: Package, options: DeployOptions = {}): Promise<Transaction> {
    const again = new Transaction(this.host, `${this.run}-again`, this.release);
    await again.upload(content, options);
    await again.request(["start", deployPath, again.run]);
    return again;
  }

  /** Starts a rollback to the release that was live before. */
  static async rollBack(host: ThrowawayHost, options: DeployOptions = {}): Promise<Transaction> {
    pipeline += 1;
    const transaction = new Transaction(host, `rollback-${pipeline}`, "");
    await transaction.send(options);
    const action = { BERTH_ACTION: "rollback", BERTH_RELEASE: "" };
    await transaction.request(
      ["begin", transaction.run],
      encode({ ...usualSettings, ...options.settings, ...action }),
    );
    await transaction.request(["start", deployPath, transaction.run]);
    return transaction;
  }

  /** From the start to the result, with nothing in between. */
  static async complete(
    host: ThrowawayHost,
    content: Package,
    options: DeployOptions = {},
  ): Promise<TransactionResult & { readonly log: string }> {
    const transaction = await Transaction.start(host, content, options);
    const result = await transaction.result();
    await transaction.ended();
    return { ...result, log: await transaction.log() };
  }

  /** Waits until the transaction has stopped before the step asked for. False when it ended without coming to it. */
  async stopped(): Promise<boolean> {
    const waiting = `
      while [ ! -e result ]; do
        if [ -e pid ] && grep -q '^State:.T' "/proc/$(cat pid)/status"; then exit 0; fi
        sleep 0.05
      done 2>/dev/null; exit 1`;
    return (await this.host.run(["sh", "-c", `cd ${this.folder} && ${waiting}`])).code === 0;
  }

  /** Lets a stopped transaction go on. */
  async proceed(): Promise<void> {
    await this.host.run(["sh", "-c", `kill -CONT "$(cat ${this.folder}/pid)"`]);
  }

  /** kill -9 of the transaction's own process; its guard is left alone. */
  async kill(): Promise<void> {
    await this.host.run(["sh", "-c", `kill -9 "$(cat ${this.folder}/pid)"`]);
  }

  /** kill -9 of everything that belongs to it: nobody is left who could put things right. */
  async killWithGuard(): Promise<void> {
    await this.host.run(["pkill", "-9", "-f", ` ${this.run}( |$)`]);
  }

  /** Waits until no process of it is left, its guard's neither. @throws Error when that takes longer than a minute. */
  async ended(): Promise<void> {
    const waiting = `for i in $(seq 600); do pgrep -f "[ ]${this.run}( |$)" >/dev/null || exit 0; sleep 0.1; done; exit 1`;
    const { code } = await this.host.run(["sh", "-c", waiting]);
    if (code !== 0) throw new Error(`processes of ${this.run} are still there after a minute`);
  }

  /** Follows until the end and returns the result; asks again while the connection is gone. */
  async result(): Promise<TransactionResult> {
    await this.again(["follow", deployPath, this.run, "0"]);
    return parseResult(await this.again(["result", deployPath, this.run]));
  }

  /** The titles of the steps that began, in their order. */
  async steps(): Promise<string[]> {
    const { stdout } = await this.host.run(["cat", `${this.folder}/steps`]);
    return stdout.trim().split("\n");
  }

  async log(): Promise<string> {
    return (await this.host.run(["cat", `${this.folder}/log`])).stdout;
  }

  private get folder(): string {
    return `${deployPath}/.deploy/runs/${this.run}`;
  }

  private async upload(content: Package, options: DeployOptions): Promise<void> {
    await this.send(options);
    const settings = {
      ...usualSettings,
      BERTH_RELEASE: this.release,
      BERTH_VERSION: content.version,
      BERTH_LABEL: `pipeline ${pipeline}`,
      ...options.settings,
    };
    const begun = await this.request(["begin", this.run], encode(settings));
    if (/^state=complete$/m.test(begun))
      return void (await this.request(
        ["put-environment", deployPath, this.run],
        options.environment ?? usualEnvironment,
      ));
    const [, live] = /^link=(.+)$/m.exec(begun) ?? [];
    await this.copy(content, live);
    await this.request(["put-environment", deployPath, this.run], options.environment ?? usualEnvironment);
  }

  /** Sends the program along, as each job does. */
  private async send(options: DeployOptions): Promise<void> {
    const program = stoppable(bundleScript("scripts/host/berth-host.sh", readFromProject), options);
    await mustRun([...ssh(this.host), `cat >${this.program} && sync ${this.program}`], { input: program });
  }

  private async copy({ folder }: Package, live: string | undefined): Promise<void> {
    const target = `${this.host.user}@${this.host.address}:${deployPath}/releases/${this.release}`;
    const shell = [
      "-e",
      sshOptions(this.host)
        .map((word) => `'${word}'`)
        .join(" ")
        .replace(/^/, "ssh "),
    ];
    const options = ["rsync", "-rlpt", "--chmod=Dg+s,g+rX,g-w,o-rwx", "--checksum", ...shell];
    const link = live === undefined ? [] : [`--link-dest=../${live}`];
    await mustRun([...options, ...link, `${folder}/app/`, `${target}/`]);
    const rest = ["wheels", "requirements.lock", "manifest.json"].map((name) => `${folder}/${name}`);
    await mustRun([...options, ...rest, `${target}/.berth/`]);
  }

  /** One request to the program on the host. @throws Error with its last lines when it fails. */
  private request(words: readonly string[], input = ""): Promise<string> {
    return mustRun([...ssh(this.host), "bash", this.program, ...words], { input });
  }

  private async again(words: readonly string[]): Promise<string> {
    let outcome: Outcome | undefined;
    for (let attempt = 0; attempt < 40; attempt += 1) {
      outcome = await run([...ssh(this.host), "bash", this.program, ...words]);
      if (outcome.code !== 255) break;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    if (outcome?.code !== 0) throw new Error(`${words[0]} ended with ${outcome?.code}: ${outcome?.stderr}`);
    return outcome.stdout;
  }
}

/** The program with a note of each step, and a stop before the one, or after the line of the log, that is asked for. */
function stoppable(program: string, { stopAt = "", stopAfterSaying = "", stopIn }: DeployOptions): string {
  const note = `{ printf '%s\\n' "$1" >>"$RUN_PATH/steps"; [[ $1 != ${quoted(stopAt)} ]] || kill -STOP $$; }`;
  const noting = beginning(program, "note_step", `[[ -z \${RUN_PATH:-} || \${ROLE:-} == guard ]] || ${note}`);
  if (stopIn !== undefined) return beginning(noting, stopIn, "kill -STOP $$");
  if (stopAfterSaying === "") return noting;
  return beginning(noting, "say", `[[ $* != ${quoted(stopAfterSaying)}* ]] || kill -STOP $$`);
}

function beginning(program: string, name: string, line: string): string {
  const head = `\n${name}() {\n`;
  if (!program.includes(head)) throw new Error(`scripts/host has no function ${name} any more`);
  return program.replace(head, () => `${head}  ${line}\n`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function encode(settings: Readonly<Record<string, string>>): string {
  const lines = Object.entries(settings).map(
    ([name, value]) => `${name}=${Buffer.from(value).toString("base64")}\n`,
  );
  return lines.join("");
}

function parseResult(text: string): TransactionResult {
  const fields = Object.fromEntries(
    text.split("\n").map((line): [string, string] => {
      const [name = "", ...value] = line.split("=");
      return [name, value.join("=")];
    }),
  );
  const { outcome = "", release = "", live = "", version = "", step = "", cause = "", cure = "" } = fields;
  return { outcome, code: Number(fields.code), release, live, version, step, cause, cure };
}

function sshOptions(host: ThrowawayHost): string[] {
  const options = {
    BatchMode: "yes",
    ConnectTimeout: "3",
    ServerAliveInterval: "2",
    ServerAliveCountMax: "2",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: host.knownHostsFile,
  };
  return [
    "-F",
    "none",
    "-i",
    host.privateKeyFile,
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
}

function ssh(host: ThrowawayHost): string[] {
  return ["ssh", ...sshOptions(host), `${host.user}@${host.address}`];
}
