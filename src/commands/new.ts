import { existsSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { readmeSectionOf, scaffoldComponent } from "../scaffold/component.ts";
import { writeNewFiles } from "../scaffold/write.ts";
import type { CommandModule, Surroundings } from "./command.ts";
import { requireComponentName } from "./init.ts";

/** `berth new`: one more component in this project. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  program
    .description("Makes a component: the template and a smoke scenario; prints the README section to add.")
    .argument("<component>", "the component's name")
    .option("--stage <stage>", "the stage of its job", "test")
    .addHelpText("after", help)
    .action(async (component: string, options: { stage: string }) => {
      await create(component, options.stage, surroundings);
      finish(0);
    });
};

const help = `
Examples:
  berth new scan
  berth new publish --stage deploy >> README.md && berth docs`;

async function create(
  component: string,
  stage: string,
  { cwd, stdout, stderr }: Surroundings,
): Promise<void> {
  requireComponentName(component);
  for (const path of [`templates/${component}.yml`, `templates/${component}/template.yml`]) {
    if (existsSync(join(cwd, path)))
      throw new UsageError(`there is a component "${component}" already: ${path}`);
  }
  const { written, kept } = await writeNewFiles(cwd, scaffoldComponent(component, stage));
  for (const path of written) stderr.write(`${path}: written\n`);
  for (const path of kept) stderr.write(`${path}: left as it is\n`);
  stdout.write(`\n${readmeSectionOf(component, stage)}`);
}
