import { prepareScript, type ThrowawayHost } from "../../../src/host/index.ts";
import { preparation } from "../../host/deployment.ts";
import { ask, Customers, type Experience } from "./customers.ts";
import type { Fault } from "./faults.ts";
import { inspect } from "./inspection.ts";
import type { Package, Packages } from "./packages.ts";
import { applicationPort, type DeployOptions, Transaction, type TransactionResult } from "./transaction.ts";

/** What was wrong, and the transaction that decides what is live where it is not the first one. */
export interface Happened {
  readonly problems: readonly string[];
  readonly last: Transaction;
}

/** One server with the application on it, on which one thing after the other is tried. */
export class Trial {
  private readonly host: ThrowawayHost;
  private readonly packages: Packages;
  private readonly opened: string[] = [];
  private live: string;
  private count = 0;

  private constructor(host: ThrowawayHost, packages: Packages) {
    this.host = host;
    this.packages = packages;
    this.live = packages.first.version;
  }

  /** Prepares the server (boot it with `sudo: "none"`) and deploys the first version. @throws Error with the transaction's log when that fails. */
  static async begin(host: ThrowawayHost, packages: Packages, options: DeployOptions = {}): Promise<Trial> {
    const prepared = await host.run(["sh"], { input: prepareScript(preparation) });
    if (prepared.code !== 0) throw new Error(`the server could not be prepared: ${prepared.stderr}`);
    // What another procedure saved before: not Berth's, and not in its way.
    await host.run([
      "install",
      "-d",
      "-o",
      "deploy",
      "-m",
      "700",
      "/var/backups/flask_helpdesk/backup_20251231",
    ]);
    const first = await Transaction.complete(host, packages.first, options);
    if (first.outcome !== "live") throw new Error(`the first deploy failed: ${first.cause}\n${first.log}`);
    return new Trial(host, packages);
  }

  /** Takes the server away. */
  end(): Promise<void> {
    return this.host.down();
  }

  /** The titles of a deploy's steps, as a deploy that meets nothing goes through them. */
  async steps(): Promise<string[]> {
    const transaction = await Transaction.start(this.host, this.next());
    const { version } = await transaction.result();
    this.live = version;
    return transaction.steps();
  }

  /** A fault before one step. Returns what is wrong with the server afterwards: nothing, if all is well. */
  async faultAt(step: string, fault: Fault): Promise<string[]> {
    return this.during(this.next(), { stopAt: step }, fault.noticed, async (transaction) => {
      if (!(await transaction.stopped())) return [`the deploy ended before the step "${step}"`];
      // A program that needs its disk to start cannot start on a full one, whoever deploys it: the disk fails when it has started.
      if (fault.noticed === "writes") await this.untilStarted();
      try {
        await fault.strike(transaction, this.host);
      } catch (error) {
        await transaction.killWithGuard().catch(() => undefined); // the fault did not come about: nothing may stay stopped
        throw error;
      }
      const result = await transaction.result();
      if (result.outcome === "live") return [];
      if (fault.survived) return [`the deploy did not survive it: ${result.cause}`];
      return fault.cause.test(result.cause) ? [] : [`the message does not name the cause: "${result.cause}"`];
    });
  }

  /** A fault after `milliseconds`, wherever the transaction is then. */
  async faultAfter(milliseconds: number, fault: Fault): Promise<string[]> {
    return this.during(this.next(), {}, fault.noticed, async (transaction) => {
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await fault.strike(transaction, this.host);
      await transaction.result();
      return [];
    });
  }

  /** A package, or settings, with which a deploy must fail, naming the cause, without anybody noticing. */
  async refused(bad: Package, cause: RegExp, options: DeployOptions = {}): Promise<string[]> {
    return this.during(bad, options, "nothing", async (transaction) => {
      const result = await transaction.result();
      if (result.outcome === "live") return ["the deploy succeeded"];
      return cause.test(`${result.cause}\n${await transaction.log()}`)
        ? []
        : [`the message does not name the cause: "${result.cause}"`];
    });
  }

  /** The next version of the application, unlike any before it. */
  next(edit?: (folder: string) => void): Package {
    this.count += 1;
    return this.packages.variant(`2.${this.count}.0`, edit);
  }

  /** People work with the application; something happens; then everything must be well and the next deploy succeed. */
  async during(
    content: Package,
    options: DeployOptions,
    noticed: Fault["noticed"],
    happen: (transaction: Transaction, host: ThrowawayHost) => Promise<string[] | Happened>,
  ): Promise<string[]> {
    // Where nothing answers at all for a while, nobody waits long for it.
    const patience = noticed === "all" ? 10_000 : 60_000;
    const customers = new Customers(this.target, content.version, { interval: 60, patience });
    const problems: string[] = [];
    let result: TransactionResult | undefined;
    try {
      const transaction = await Transaction.start(this.host, content, options);
      const happened = await happen(transaction, this.host);
      problems.push(...("last" in happened ? happened.problems : happened));
      result = await ("last" in happened ? happened.last : transaction).result();
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
    await this.untilAnswering();
    const experience = await customers.leave();
    this.opened.push(...experience.opened);
    problems.push(...complaints(experience, noticed));
    problems.push(...(await this.checkVersion(content.version, result)));
    problems.push(...(await this.checkNextDeploy().catch((error: unknown) => [`the next deploy: ${error}`])));
    return problems;
  }

  /** After a power loss the boot goes on for a while after sshd answers, on a busy machine for long. A gap at other times is counted by the customers. */
  private async untilAnswering(): Promise<void> {
    for (let attempt = 0; attempt < 480; attempt += 1) {
      if ((await ask({ ...this.target, path: "/healthz", patience: 10_000 })).status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }

  /** Until both workers wait for connections: what their program needs of the disk, they have. @throws Error when they do not come to that in two minutes. */
  private async untilStarted(): Promise<void> {
    await this.untilAnswering();
    const { code, stdout } = await this.host.run(["bash", "-c", waitingForWorkers]);
    if (code !== 0) throw new Error(`the workers of the live release do not wait for connections: ${stdout}`);
  }

  private async checkVersion(tried: string, result: TransactionResult | undefined): Promise<string[]> {
    const { status, text } = await ask({ ...this.target, path: "/healthz" });
    if (status !== 200) return [`the application does not answer: ${status} ${text}`];
    const { version } = JSON.parse(text) as { version: string };
    if (version !== this.live && version !== tried) return [`the version ${version} answers`];
    if (result && result.outcome !== "live" && version !== this.live)
      return [`${version} answers after "${result.outcome}"`];
    if (result?.outcome === "live" && version !== tried) return [`${version} answers after "live"`];
    return [];
  }

  private async checkNextDeploy(): Promise<string[]> {
    const content = this.next();
    const next = await Transaction.complete(this.host, content);
    if (next.outcome !== "live") return [`the next deploy failed: ${next.cause}\n${next.log}`];
    this.live = content.version;
    const { subjects, integrity, leftovers } = await inspect(this.host);
    const there = new Set(subjects);
    const lost = this.opened.filter((subject) => !there.has(subject));
    return [
      ...leftovers,
      ...(integrity === "ok" ? [] : [`the database is damaged: ${integrity}`]),
      ...(lost.length === 0 ? [] : [`${lost.length} tickets are lost: ${lost.slice(0, 3).join(", ")}`]),
    ];
  }

  private get target() {
    return { address: this.host.address, port: applicationPort };
  }
}

/** usage: bash -c …    a worker of gunicorn that waits for connections has a poll instance with something in it. */
const waitingForWorkers = `
for attempt in $(seq 1200); do
  waiting=0 workers=$(pgrep --parent "$(systemctl show --property=MainPID --value flask-helpdesk)")
  for pid in $workers; do
    ! grep --quiet --no-messages '^tfd:' /proc/$pid/fdinfo/* || waiting=$((waiting + 1))
  done
  [ "$waiting" -lt 2 ] || exit 0
  sleep 0.1
done
echo "$waiting of the processes" $workers
exit 1
`;

function complaints({ failures }: Experience, noticed: Fault["noticed"]): string[] {
  if (noticed === "all") return [];
  const fromTheDisk = /^POST|^GET \/healthz answers 503$/;
  const counted = failures.filter(({ reason }) => noticed === "nothing" || !fromTheDisk.test(reason));
  if (counted.length === 0) return [];
  return [
    `${counted.length} requests failed: ${[...new Set(counted.map(({ reason }) => reason))].join("; ")}`,
  ];
}
