import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import {
  bootHost,
  ensureJobImages,
  ensurePackageIndex,
  ensureSystemPackages,
  jobImageNames,
  jobImageStore,
  type PackageIndex,
  type ThrowawayHost,
} from "../host/index.ts";
import { type ExecutorChoice, ExecutorChooser } from "../pipelines/executor.ts";
import type { CiVariable } from "../pipelines/variables.ts";
import { type DeployTarget, deployVariables, plainVariable } from "./target.ts";

export interface NeedsOptions {
  /** A server of the user's own, in place of throw-away ones. */
  readonly target?: DeployTarget | undefined;
  readonly keep: boolean;
  /** Sees a server of a variation that did not pass, before it goes. */
  readonly onFailure?: ((host: ThrowawayHost) => Promise<void>) | undefined;
  /** The jobs run on other machines, with a package index of their own. */
  readonly remote?: boolean | undefined;
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What one variation got of what it needs. */
export interface Provided {
  readonly variables: readonly CiVariable[];
  release(passed: boolean): Promise<void>;
}

/** Gives scenarios what they need beside a runner: servers, each its own, and one package index for all. */
export class Needs {
  private readonly options: NeedsOptions;
  private index: Promise<PackageIndex> | undefined;

  constructor(options: NeedsOptions) {
    this.options = options;
  }

  /** What every local run needs of this machine. */
  async prepareMachine(): Promise<void> {
    await ensureSystemPackages(["git", "bash"], this.options);
  }

  /** Chooses how jobs run; knows the job images that are made of Debian packages where no registry can be reached. */
  executors(choice: ExecutorChoice): ExecutorChooser {
    const store = { program: "podman", environment: jobImageStore() };
    return new ExecutorChooser(choice, [store], async (name) => {
      if (!jobImageNames.includes(name)) return undefined;
      const { say, signal } = this.options;
      await ensureJobImages({ say, signal, wanted: [name] });
      return store;
    });
  }

  async provide(needs: readonly ("host" | "packages")[]): Promise<Provided> {
    const index = needs.includes("packages") && !this.options.remote ? await this.packageIndex() : undefined;
    const packages = Object.entries(index?.environment ?? {}).map(([key, value]) =>
      plainVariable(key, value),
    );
    const nothing = async () => undefined;
    if (!needs.includes("host")) return { variables: packages, release: nothing };
    if (this.options.target) {
      return { variables: [...packages, ...deployVariables(this.options.target)], release: nothing };
    }
    const { keep, say, signal, onFailure } = this.options;
    // The deploy jobs upload with it.
    await ensureSystemPackages(["rsync"], this.options);
    const host = await bootHost({ keep, signal, progress: say });
    const privateKey = await readFile(host.privateKeyFile, "utf8");
    return {
      variables: [...packages, ...deployVariables({ ...host, privateKey, knownHosts: host.knownHosts })],
      release: async (passed) => {
        if (!passed) await onFailure?.(host);
        if (keep) say(`the server ${host.name} stays: berth host ssh --name ${host.name}`);
        else await host.down();
      },
    };
  }

  async close(): Promise<void> {
    const index = await this.index?.catch(() => undefined);
    await index?.stop();
  }

  private packageIndex(): Promise<PackageIndex> {
    const { say, signal } = this.options;
    this.index ??= ensurePackageIndex({ say, signal });
    return this.index;
  }
}

/**
 * The server that `--target user@host[:port]` names: key and known host keys are taken from SSH_PRIVATE_KEY and
 * SSH_KNOWN_HOSTS (text, or the path of a file), else from the user's ~/.ssh.
 * @throws UsageError where they are not there.
 */
export async function readTarget(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DeployTarget> {
  const match =
    /^(?<user>[A-Za-z0-9._-]+)@(?<address>[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::(?<port>\d+))?$/.exec(text);
  if (!match?.groups) throw new UsageError(`--target ${text}: give user@host or user@host:port`);
  const ssh = join(env.HOME ?? homedir(), ".ssh");
  const privateKey = await textOrFile(env.SSH_PRIVATE_KEY, [join(ssh, "id_ed25519"), join(ssh, "id_rsa")]);
  const knownHosts = await textOrFile(env.SSH_KNOWN_HOSTS, [join(ssh, "known_hosts")]);
  if (privateKey === undefined)
    throw new UsageError("--target needs a private key: set SSH_PRIVATE_KEY to its file");
  if (knownHosts === undefined)
    throw new UsageError(
      "--target needs the server's host keys: set SSH_KNOWN_HOSTS to a file that ssh-keyscan made",
    );
  const { user = "", address = "", port } = match.groups;
  return { user, address, port: Number(port ?? 22), privateKey, knownHosts };
}

async function textOrFile(given: string | undefined, files: readonly string[]): Promise<string | undefined> {
  if (given?.includes("\n")) return given;
  for (const file of given === undefined ? files : [given]) {
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text !== undefined) return text;
  }
  return undefined;
}
