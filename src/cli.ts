import { Command, CommanderError } from "commander";
import packageManifest from "../package.json" with { type: "json" };
import { UsageError } from "./base/usage-error.ts";
import type { ExitCode, Surroundings } from "./commands/command.ts";
import { commands } from "./commands/registry.ts";
import { meant } from "./lint/nearest.ts";

void main(process.argv.slice(2), surroundingsOfThisProcess()).then((exitCode) => {
  process.exitCode = exitCode;
});

/** Runs one command line. Returns the exit code; the only place that turns an error into one line on stderr. */
async function main(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const program = describeProgram(surroundings);
  try {
    const asked = args[0] === "help" ? [...args.slice(1, 2), "--help"] : args;
    const name = asked.find((arg) => !arg.startsWith("-"));
    const entry = commands.find((each) => each.name === name);
    if (name !== undefined && entry === undefined) throw new UsageError(unknownCommand(name));
    for (const each of commands) {
      const command = program.command(each.name).summary(each.summary).description(each.summary);
      if (each !== entry) continue;
      command.exitOverride().configureOutput(outputOf(surroundings));
      const module = await each.load();
      module.command(command, surroundings, (code) => {
        exitCode = code;
      });
    }
    if (args.length === 0) program.help({ error: true });
    await program.parseAsync([...asked], { from: "user" });
    return exitCode;
  } catch (error) {
    return report(error, surroundings);
  }
}

function describeProgram(surroundings: Surroundings): Command {
  return new Command("berth")
    .description("Checks, expands, smoke-tests, documents and releases GitLab CI/CD components.")
    .version(packageManifest.version)
    .exitOverride()
    .configureOutput(outputOf(surroundings));
}

function unknownCommand(name: string): string {
  const names = commands.map((each) => each.name);
  return `unknown command "${name}"; ${meant(name, names) ?? `the commands are ${names.join(", ")}`}`;
}

function outputOf(surroundings: Surroundings) {
  return {
    writeOut: (text: string) => void surroundings.stdout.write(text),
    writeErr: (text: string) => void surroundings.stderr.write(text),
    // In one line and in our own name: commander puts what was probably meant on a second line.
    outputError: (text: string, write: (text: string) => void) =>
      write(text.replace(/^error: /, "berth: ").replace(/\n\(Did you mean (.+)\?\)/, "; did you mean $1?")),
  };
}

function report(error: unknown, { stderr, env }: Surroundings): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) {
    stderr.write(`berth: ${error.message}\n`);
    return 2;
  }
  const refusal = systemRefusal(error);
  if (refusal !== undefined) {
    stderr.write(`berth: ${refusal}\n`);
    return 2;
  }
  const text = error instanceof Error ? error.message : String(error);
  stderr.write(`berth: internal error: ${text} (BERTH_DEBUG=1 shows where)\n`);
  if (env.BERTH_DEBUG && error instanceof Error) stderr.write(`${error.stack}\n`);
  return 2;
}

/** What the system says of a file that it does not let us read or write, or of a program that is missing; undefined for any other error. */
function systemRefusal(error: unknown): string | undefined {
  const { code, path, syscall } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" && syscall?.startsWith("spawn")) return `the program ${path} is not installed here`;
  const reasons: Readonly<Record<string, string>> = {
    EACCES: "you may not read or write it",
    EEXIST: "it is there already, as something else",
    EISDIR: "it is a folder, not a file",
    ENOENT: "there is no such file or folder",
    ENOSPC: "no space is left on the disk",
    ENOTDIR: "a part of this path is a file, not a folder",
    EPERM: "the system does not permit to write there",
    EROFS: "the file system is read-only",
  };
  const reason = code === undefined ? undefined : reasons[code];
  return reason && `${path ?? "a file"}: ${reason}`;
}

/** A reader that has gone (`berth lint | head -1`) is no error: the rest is not written, and the exit code stays. */
function quietly(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  if (stream.listeners("error").includes(ignoreClosed)) return stream;
  return stream.on("error", ignoreClosed);
}

function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

/** The first Ctrl-C asks the command to stop and clean up; the second one ends the process at once. */
function surroundingsOfThisProcess(): Surroundings {
  const controller = new AbortController();
  for (const [name, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(code);
      controller.abort(name);
    });
  }
  return {
    cwd: process.cwd(),
    env: process.env,
    // Node makes a stream, and loads what it is made of, when it is asked for.
    get stdout() {
      return quietly(process.stdout);
    },
    get stderr() {
      return quietly(process.stderr);
    },
    stdin: async () => {
      const parts: Buffer[] = [];
      for await (const part of process.stdin) parts.push(part);
      return Buffer.concat(parts).toString("utf8");
    },
    signal: controller.signal,
  };
}
