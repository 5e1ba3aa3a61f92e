import type { CommandModule } from "./command.ts";

/** One row of `berth --help`. The module is loaded only when its command is called: start-up stays short. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<CommandModule>;
}

/** All commands, in the order in which `berth --help` shows them. */
export const commands: readonly CommandEntry[] = [
  {
    name: "lint",
    summary: "Checks components and pipelines: contract, callers, pipeline, shell, security, catalog",
    load: () => import("./lint.ts"),
  },
  {
    name: "explain",
    summary: "Explains a rule of berth lint",
    load: () => import("./explain.ts"),
  },
  {
    name: "expand",
    summary: "Prints a pipeline as GitLab sees it: merged, its jobs, or a drawing",
    load: () => import("./expand.ts"),
  },
  {
    name: "run",
    summary: "Runs the project's pipeline, or some of its jobs, on this machine",
    load: () => import("./run.ts"),
  },
  {
    name: "smoke",
    summary: "Runs smoke scenarios: real pipelines, held against what must come out",
    load: () => import("./smoke.ts"),
  },
  {
    name: "embed",
    summary: "Puts shell scripts into the marked regions of the templates",
    load: () => import("./embed.ts"),
  },
  {
    name: "docs",
    summary: "Makes the tables and examples in a component project's documents",
    load: () => import("./docs.ts"),
  },
  {
    name: "init",
    summary: "Makes a new component project",
    load: () => import("./init.ts"),
  },
  {
    name: "new",
    summary: "Makes a new component in this project",
    load: () => import("./new.ts"),
  },
  {
    name: "release",
    summary: "Holds a release against the last one: what breaks, the least honest version, the notes",
    load: () => import("./release.ts"),
  },
  {
    name: "verify",
    summary: "Proves that the templates of a tag are what its scripts make, and who signed it",
    load: () => import("./verify.ts"),
  },
  {
    name: "outdated",
    summary: "Compares pinned component versions with the released ones",
    load: () => import("./outdated.ts"),
  },
  {
    name: "catalog",
    summary: "Makes a site of the components, and lists those of a GitLab",
    load: () => import("./catalog.ts"),
  },
  {
    name: "host",
    summary: "Boots and removes throw-away servers on this machine",
    load: () => import("./host.ts"),
  },
];
