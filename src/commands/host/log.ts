import type { Command } from "commander";
import { UsageError } from "../../base/usage-error.ts";
import { findHost, parseDeploymentRecord, type RecordedDeployment } from "../../host/index.ts";
import { type Outcome, run } from "../../host/subprocess.ts";
import type { ExitCode, Surroundings } from "../command.ts";

interface LogOptions {
  readonly name: string;
  readonly target?: string;
  readonly deployPath: string;
  readonly lines: string;
  readonly json?: boolean;
}

/** `berth host log`: the deployment record of a server. */
export function addLogCommand(
  program: Command,
  surroundings: Surroundings,
  finish: (code: ExitCode) => void,
): void {
  program
    .command("log")
    .description(
      "Show what was deployed to a server: when, by which pipeline, with what outcome, newest first",
    )
    .option("--name <name>", "throw-away host", "berth")
    .option("--target <user@host>", "a real server, through ssh; [user@]host or [user@]host:port")
    .option("--deploy-path <path>", "folder of the application there", "/var/www/flask_helpdesk")
    .option("--lines <number>", "how many deployments to show, at most 1000", "20")
    .option("--json", "print JSON")
    .addHelpText("after", help)
    .action(async (options: LogOptions) => finish(await showLog(options, surroundings)));
}

const help = `
A server keeps its last thousand deployments. With --target, ssh takes the key from SSH_PRIVATE_KEY and the host keys from
SSH_KNOWN_HOSTS where they are set (files, as "berth host up" prints them), else what it is set up with. An unknown host
key is refused.

Examples:
  berth host log
  berth host log --target deploy@helpdesk.example.com --lines 5
  berth host log --target deploy@helpdesk.example.com:2222 --deploy-path /srv/apps/helpdesk --json`;

async function showLog(options: LogOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { deployPath, json = false } = options;
  const count = Number(options.lines);
  if (!/^\d{1,4}$/.test(options.lines) || count < 1 || count > 1000)
    throw new UsageError(`--lines ${options.lines}: a number from 1 to 1000 is right`);
  if (!/^(\/[A-Za-z0-9_][A-Za-z0-9._-]*){2,}$/.test(deployPath))
    throw new UsageError(`--deploy-path ${deployPath}: an absolute path of plain names is right`);
  const text = await readRecord(options, count, surroundings);
  const { deployments, unreadable } = parseDeploymentRecord(text);
  if (unreadable > 0)
    surroundings.stderr.write(`${unreadable} line(s) of the record are cut short and left out\n`);
  if (json) surroundings.stdout.write(`${JSON.stringify({ version: 1, deployments }, undefined, 2)}\n`);
  else if (deployments.length === 0) surroundings.stderr.write(`nothing was deployed to ${deployPath} yet\n`);
  else surroundings.stdout.write(render(deployments));
  return 0;
}

/** The last lines of the record; empty where nothing was deployed yet. @throws UsageError where the server cannot be asked. */
async function readRecord(
  { name, target, deployPath }: LogOptions,
  count: number,
  { env, signal }: Surroundings,
): Promise<string> {
  const file = `${deployPath}/.deploy/log`;
  const command = ["tail", "-n", String(count), "--", file];
  const outcome =
    target === undefined
      ? await (await findHost(name)).run(command, { signal })
      : await run([...sshCommand(target, env), ...command], { signal });
  if (outcome.code === 0) return outcome.stdout;
  if (/No such file or directory/.test(outcome.stderr)) return "";
  throw new UsageError(`${target ?? name}: ${complaint(outcome)}`);
}

/**
 * The words of `ssh` for a target, up to the command. The command's own words are plain paths and numbers: ssh joins them
 * with blanks for the server's shell.
 */
function sshCommand(target: string, env: Surroundings["env"]): string[] {
  const match =
    /^(?:(?<user>[A-Za-z0-9_][A-Za-z0-9_.-]*)@)?(?<host>[A-Za-z0-9][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.]+\])(?::(?<port>\d{1,5}))?$/.exec(
      target,
    );
  if (!match?.groups) throw new UsageError(`--target ${target}: user@host or user@host:port is right`);
  const { user, host = "", port } = match.groups;
  const options = ["BatchMode=yes", "ConnectTimeout=10", "StrictHostKeyChecking=yes"];
  if (env.SSH_KNOWN_HOSTS) options.push(`UserKnownHostsFile=${env.SSH_KNOWN_HOSTS}`);
  if (env.SSH_PRIVATE_KEY) options.push("IdentitiesOnly=yes", `IdentityFile=${env.SSH_PRIVATE_KEY}`);
  const bare = host.replace(/^\[|\]$/g, "");
  return [
    "ssh",
    ...options.flatMap((option) => ["-o", option]),
    ...(port === undefined ? [] : ["-p", port]),
    "--",
    user === undefined ? bare : `${user}@${bare}`,
  ];
}

function complaint({ code, stderr }: Outcome): string {
  const last = stderr.trim().split("\n").at(-1)?.trim();
  return last || `the record could not be read (exit code ${code})`;
}

function render(deployments: readonly RecordedDeployment[]): string {
  const head = ["ended (UTC)", "action", "outcome", "version", "release", "took", "by"];
  const rows = deployments.map(({ ended, action, outcome, version, release, seconds, by }) => {
    const time = ended.replace("T", " ").replace("Z", "");
    return [time, action, outcome, version || "-", release || "-", `${seconds} s`, by || "-"];
  });
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]) =>
    `${row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd()}\n`;
  const body = rows.map((row, index) => {
    const cause = deployments[index]?.cause;
    return line(row) + (cause ? `    ${cause}\n` : "");
  });
  return line(head) + body.join("");
}
