import { basename, resolve } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { componentNamePattern } from "../scaffold/component.ts";
import { scaffoldProject } from "../scaffold/project.ts";
import { writeNewFiles } from "../scaffold/write.ts";
import type { CommandModule, Surroundings } from "./command.ts";

/** `berth init`: a new component project that passes its own checks. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description("Makes a new component project: one component, its scenario, README, licence and pipeline.")
    .argument("[folder]", "the project's folder; made where it is missing", ".")
    .option("--component <name>", "the first component's name", "greet")
    .addHelpText("after", help)
    .action(async (folder: string, options: { component: string }) => {
      await init(folder, options.component, surroundings);
      finish(0);
    });
};

const help = `
A file that is there already is left as it is.

Examples:
  berth init my-components
  berth init --component scan .`;

async function init(folder: string, component: string, { cwd, stdout }: Surroundings): Promise<void> {
  requireComponentName(component);
  const target = resolve(cwd, folder);
  const files = scaffoldProject(basename(target), component, new Date().getFullYear());
  const { written, kept } = await writeNewFiles(target, files);
  for (const path of written) stdout.write(`${path}: written\n`);
  for (const path of kept) stdout.write(`${path}: left as it is\n`);
}

/** Throws UsageError for a name that a component cannot have. */
export function requireComponentName(name: string): void {
  if (componentNamePattern.test(name)) return;
  throw new UsageError(
    `"${name}" is no component name; one starts with a-z and goes on with a-z, 0-9, - or _`,
  );
}
