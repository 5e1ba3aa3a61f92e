import { Command } from "commander";
import type { CommandModule, Surroundings } from "../src/commands/command.ts";

/** Runs one command as the command line does, in a folder and with an environment. Rejects with what the command throws. */
export async function runCommand(
  command: CommandModule["command"],
  args: readonly string[],
  {
    cwd,
    env = {},
    signal = new AbortController().signal,
    onErr = () => undefined,
  }: {
    cwd: string;
    env?: Readonly<Record<string, string | undefined>>;
    signal?: AbortSignal;
    /** Hears what the command writes to stderr while it runs. */
    onErr?: (text: string) => void;
  },
): Promise<{ code: number; out: string; err: string }> {
  const out: string[] = [];
  const err: string[] = [];
  let code = -1;
  const surroundings: Surroundings = {
    cwd,
    env,
    stdout: { write: (text) => out.push(text) },
    stderr: {
      write: (text) => {
        err.push(text);
        onErr(text);
      },
    },
    signal,
  };
  const program = new Command("test").exitOverride();
  command(program, surroundings, (given) => {
    code = given;
  });
  await program.parseAsync([...args], { from: "user" });
  return { code, out: out.join(""), err: err.join("") };
}
