import { UsageError } from "../../base/usage-error.ts";
import { readAccess } from "../../gitlab/access.ts";
import { loadScenarios } from "../../smoke/scenario.ts";
import { type Variation, variationsOf } from "../../smoke/variation.ts";
import type { Surroundings } from "../command.ts";
import type { SmokeOptions } from "./options.ts";

/** The runs that the arguments name. @throws UsageError where there are none, or where a scenario is not right */
export function chooseVariations(args: readonly string[], { only }: SmokeOptions, cwd: string): Variation[] {
  const all = loadScenarios(args, cwd).flatMap(variationsOf);
  const chosen = only === undefined ? all : all.filter((each) => each.name.includes(only));
  if (chosen.length === 0)
    throw new UsageError(`--only ${only}: no run has this in its name; berth smoke --list shows them`);
  return chosen;
}

/** Prints the runs, for `--list`. */
export function list(variations: readonly Variation[], json: boolean, { stdout }: Surroundings): void {
  const rows = variations.map(({ name, scenario, steps }) => ({
    name,
    description: scenario.description,
    pipelines: steps.length,
    needs: scenario.needs ?? [],
  }));
  if (json) stdout.write(`${JSON.stringify({ version: 1, runs: rows }, null, 2)}\n`);
  else
    for (const { name, needs } of rows)
      stdout.write(`${name}${needs.length > 0 ? ` (needs ${needs.join(", ")})` : ""}\n`);
}

/** The runs that a GitLab server can do; says which are left out, and why. */
export function variationsForGitlab(
  variations: readonly Variation[],
  { target, quiet = false }: SmokeOptions,
  { env, stderr }: Surroundings,
): Variation[] {
  const whyNot = ({ scenario, steps }: Variation): string | undefined => {
    // A tag cannot be ephemeral: the API has no way to hide it from the project's users.
    if (steps.some(({ definition }) => definition.tag)) return "tags";
    const { needs = [] } = scenario;
    return needs.includes("host") && target === undefined && isRemote(env) ? "host" : undefined;
  };
  const left = new Map(variations.map((each) => [each, whyNot(each)]));
  for (const [reason, text] of Object.entries(leftOut)) {
    const names = variations.filter((each) => left.get(each) === reason).map(({ name }) => name);
    if (names.length > 0 && !quiet) stderr.write(`left out on GitLab: ${names.join(", ")}: ${text}\n`);
  }
  return variations.filter((each) => left.get(each) === undefined);
}

const leftOut = {
  tags: "pipelines for tags run on the local runner only",
  host: "they need a server that GitLab's runners reach: --target user@host",
};

/** Whether GitLab's runners work elsewhere: then they reach neither throw-away servers nor the package index of this machine. */
export function isRemote(env: Surroundings["env"]): boolean {
  const { hostname } = new URL(readAccess(env).address);
  return !/^(?:localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}
