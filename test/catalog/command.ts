import { Command } from "commander";
import { command } from "../../src/commands/catalog.ts";
import type { ExitCode } from "../../src/commands/command.ts";

/** Runs `berth catalog` as a process would, with streams that remember. */
export function runCatalog(
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
) {
  const controller = new AbortController();
  const output = { stdout: "", stderr: "" };
  let code: ExitCode | undefined;
  const stream = (name: keyof typeof output) => ({
    write: (text: string) => {
      output[name] += text;
    },
  });
  const program = new Command("catalog").exitOverride();
  const surroundings = {
    cwd,
    env,
    stdout: stream("stdout"),
    stderr: stream("stderr"),
    signal: controller.signal,
  };
  command(program, surroundings, (given) => {
    code = given;
  });
  const done = program.parseAsync([...args], { from: "user" }).then(() => code);
  return { output, done, stop: () => controller.abort() };
}
