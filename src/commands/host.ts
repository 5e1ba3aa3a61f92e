import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { UsageError } from "../base/usage-error.ts";
import {
  bootHost,
  findHost,
  listHosts,
  prepareScript,
  removeAllHosts,
  type Suite,
  suites,
  type ThrowawayHost,
  unitsBy,
} from "../host/index.ts";
import type { ExitCode, Surroundings } from "./command.ts";
import { addLogCommand } from "./host/log.ts";

interface Chosen {
  readonly name: string;
  readonly json?: boolean;
}

/** `berth host`: throw-away servers on this machine, to deploy to and to look around in. */
export function command(
  program: Command,
  surroundings: Surroundings,
  finish: (code: ExitCode) => void,
): void {
  program.description(
    "Throw-away Debian servers on this machine (Linux, root), and what was deployed to a server.",
  );
  program.addHelpText("after", examples);
  program
    .command("up")
    .description("Boot a server that stays until `berth host down`, and print how to reach it")
    .option("--name <name>", "name of the host", "berth")
    .option("--suite <suite>", `Debian release: ${suites.join(" or ")}`, "bookworm")
    .option("--json", "print JSON instead of shell exports")
    .action(async (options: Chosen & { suite: string }) => finish(await up(options, surroundings)));
  program
    .command("ssh")
    .description("Log in to a server as its deploy user, or run one command there")
    .argument("[command...]", "command with its arguments, after --")
    .option("--name <name>", "name of the host", "berth")
    .action(async (words: string[], options: Chosen) => finish(await ssh(options.name, words)));
  program
    .command("list")
    .description("List the servers, one a line: name, release, address, power, and whether it stays")
    .option("--json", "print JSON")
    .action((options: { json?: boolean }) => finish(list(options.json ?? false, surroundings)));
  program
    .command("down")
    .description("Remove a server with everything that belongs to it")
    .option("--name <name>", "name of the host", "berth")
    .action(async ({ name }: Chosen) => {
      await (await findHost(name)).down();
      finish(0);
    });
  addLogCommand(program, surroundings, finish);
  program
    .command("prepare")
    .description(
      "Print a script that prepares a real server for deploys, for an administrator to read and run as root",
    )
    .option("--service-name <name>", "the service's unit, without .service", "flask-helpdesk")
    .option(
      "--service-user <user>",
      "user that the service runs as (default: www-data; with --units launcher the service's name)",
    )
    .option("--deploy-user <user>", "user that the pipeline logs in as", "deploy")
    .option(
      "--deploy-path <path>",
      "folder of the application (default: /var/www/ and the service's name, - as _)",
    )
    .option("--backup-path <path>", "folder of the backups (default: /var/backups/ and the same)")
    .option("--public-key <file>", "public key of the pipeline's SSH_PRIVATE_KEY")
    .option(
      "--listen <address>",
      "what the socket listens on, as the input listen says; for --units launcher",
    )
    .option("--no-listen", "the service binds its port by itself: no socket unit")
    .option("--units <who>", `who writes the units: ${unitsBy.join(", ")}`, "deployer")
    .action((options: PrepareOptions) => finish(prepare(options, surroundings)));
  program
    .command("reset")
    .description("Remove all servers of this user, also what interrupted runs left behind")
    .action(async () => {
      for (const name of await removeAllHosts()) surroundings.stderr.write(`removed ${name}\n`);
      finish(0);
    });
}

const examples = `
Examples:
  berth host up                        boot a Debian 12 server called "berth"
  eval "$(berth host up --name two --suite trixie)"
  berth host ssh -- systemctl status   run one command there
  berth host log                       what was deployed there; --target user@host for a real server
  berth host down
  berth host reset                     remove them all
  berth host prepare --public-key key.pub > prepare.sh    for a real server: read it, run it there as root
`;

async function up(
  { name, suite, json }: Chosen & { suite: string },
  { stdout, stderr, signal }: Surroundings,
) {
  if (!isSuite(suite)) throw new UsageError(`--suite ${suite}: the releases are ${suites.join(" and ")}`);
  const host = await bootHost({
    name,
    suite,
    keep: true,
    signal,
    progress: (line) => stderr.write(`${line}\n`),
  });
  stdout.write(json ? `${JSON.stringify(facts(host), null, 2)}\n` : exportsOf(host));
  return 0 as const;
}

function isSuite(text: string): text is Suite {
  return (suites as readonly string[]).includes(text);
}

function facts({ name, suite, address, port, user, privateKeyFile, knownHostsFile }: ThrowawayHost) {
  return { name, suite, address, port, user, privateKeyFile, knownHostsFile };
}

/** The variables by which the deploy component knows a server; key and host key are files, as GitLab hands them over. */
function exportsOf({ address, user, privateKeyFile, knownHostsFile }: ThrowawayHost): string {
  const variables = {
    DEPLOY_SERVER: address,
    DEPLOY_USER: user,
    SSH_PRIVATE_KEY: privateKeyFile,
    SSH_KNOWN_HOSTS: knownHostsFile,
  };
  const quoted = (value: string) => `'${value.replaceAll("'", "'\\''")}'`;
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quoted(value)}\n`)
    .join("");
}

interface PrepareOptions {
  readonly serviceName: string;
  readonly deployUser: string;
  readonly serviceUser?: string;
  readonly publicKey?: string;
  readonly deployPath?: string;
  readonly backupPath?: string;
  readonly listen?: string | boolean;
  readonly units: string;
}

/** The folders are those that the pipeline takes by itself (scripts/lib/deployment.sh). */
function prepare(options: PrepareOptions, { cwd, stdout }: Surroundings): ExitCode {
  const { serviceName, deployUser, publicKey, listen = true } = options;
  const units = unitsBy.find((each) => each === options.units);
  if (units === undefined) throw new UsageError(`--units ${options.units}: ${unitsBy.join(", ")} are right`);
  const folder = serviceName.replaceAll("-", "_");
  const { deployPath = `/var/www/${folder}`, backupPath = `/var/backups/${folder}` } = options;
  const ownUser = serviceName.replaceAll(".", "-").toLowerCase();
  const { serviceUser = units === "launcher" ? ownUser : "www-data" } = options;
  stdout.write(
    prepareScript({
      serviceName,
      deployUser,
      serviceUser,
      deployPath,
      backupPath,
      units,
      listen: listen !== false,
      listenAddress: typeof listen === "string" ? listen : undefined,
      publicKey: publicKey === undefined ? undefined : readKey(resolve(cwd, publicKey)),
    }),
  );
  return 0;
}

function readKey(file: string): string {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile())
    throw new UsageError(`--public-key: there is no file ${file}`);
  return readFileSync(file, "utf8").trim();
}

async function ssh(name: string, words: readonly string[]): Promise<ExitCode> {
  const { address, user, privateKeyFile, knownHostsFile } = await findHost(name);
  const trust = [`UserKnownHostsFile=${knownHostsFile}`, "StrictHostKeyChecking=yes", "IdentitiesOnly=yes"];
  const options = ["-i", privateKeyFile, ...trust.flatMap((option) => ["-o", option])];
  const child = spawn("ssh", [...options, `${user}@${address}`, ...words], { stdio: "inherit" });
  const [code] = (await once(child, "close")) as [number | null];
  return code === 0 ? 0 : code === 255 ? 2 : 1;
}

function list(json: boolean, { stdout }: Surroundings): ExitCode {
  const hosts = listHosts();
  if (json) stdout.write(`${JSON.stringify(hosts, null, 2)}\n`);
  else
    for (const { name, suite, address, running, kept } of hosts)
      stdout.write(
        `${name}\t${suite}\t${address}\t${running ? "on" : "off"}\t${kept ? "stays" : "in use"}\n`,
      );
  return 0;
}
