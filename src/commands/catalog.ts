import type { CommandModule } from "./command.ts";

/** `berth catalog`: the components of a project as a site, and those of a GitLab in the terminal. */
export const command: CommandModule["command"] = (program, surroundings, finish) => {
  const project = [
    "--project <path>",
    "the project's path on GitLab (default: CI_PROJECT_PATH, or the remote's)",
  ] as const;
  const url = [
    "--url <url>",
    "the project's page on GitLab (default: CI_PROJECT_URL, or the remote's)",
  ] as const;
  program
    .description("Makes a site of a project's components; lists the components of a GitLab.")
    .addHelpText("after", help);
  program
    .command("build")
    .description("Writes the static site, for GitLab Pages or to open from a folder.")
    .option("--output <folder>", "where to write it; the folder is replaced as a whole", "public")
    .option(...project)
    .option(...url)
    .option("--json", "print the catalog as JSON, and write nothing")
    .action(async (options) => {
      const { build } = await import("./catalog/build.ts");
      finish(await build(options, surroundings));
    });
  program
    .command("serve")
    .description("Serves the site on this machine and reloads it after each change, until Ctrl-C.")
    .option("--port <number>", "the port on 127.0.0.1", "8090")
    .option(...project)
    .option(...url)
    .action(async (options) => {
      const { serve } = await import("./catalog/serve.ts");
      finish(await serve(options, surroundings));
    });
  program
    .command("browse")
    .description("Lists what the CI/CD Catalog of a GitLab holds. Needs GITLAB_TOKEN, and GITLAB_URL.")
    .argument("[path]", "a group: its components; a project: its versions and inputs (default: all projects)")
    .option("--search <text>", "only projects whose name or description has the text")
    .option("--json", "print the answer as JSON")
    .action(async (path: string | undefined, options) => {
      const { browse } = await import("./catalog/browse.ts");
      finish(await browse(path, options, surroundings));
    });
};

const help = `
Examples:
  berth catalog build                     writes public/, which opens in any browser
  berth catalog build --json | jq '.components[].name'
  berth catalog serve                     the site while you edit, on http://127.0.0.1:8090/
  berth catalog browse platform           the components of a group
  berth catalog browse platform/berth     a project's versions, components and inputs`;
