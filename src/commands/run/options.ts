import { resolve } from "node:path";
import { UsageError } from "../../base/usage-error.ts";
import { toJson } from "../../engine/yaml/index.ts";
import type { Choice } from "../../run/choose-jobs.ts";
import { eventNames } from "../../run/event.ts";
import type { RunRequest } from "../../run/prepare.ts";
import type { Surroundings } from "../command.ts";
import { inputsOf, pairs } from "../expand/setting.ts";
import { oneOf } from "../options.ts";

/** The options of `berth run`, as the command line gives them. */
export interface RunOptions {
  readonly event: string;
  readonly ref?: string;
  readonly target?: string;
  readonly defaultBranch?: string;
  readonly input: readonly string[];
  readonly inputsFile?: string;
  readonly variable: readonly string[];
  readonly secrets?: string;
  readonly only?: boolean;
  readonly from?: string;
  readonly until?: string;
  readonly manual?: boolean;
  /** `true`: since HEAD. */
  readonly changed?: string | true;
  readonly watch?: boolean;
  readonly keep?: boolean;
  readonly list?: boolean;
  readonly plan?: boolean;
  readonly executor: string;
  readonly concurrency: string;
  readonly output?: string;
  readonly project?: string;
  readonly host?: string;
  readonly with: readonly string[];
  readonly mirror: readonly string[];
  readonly sources: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** What the options ask for. @throws UsageError */
export async function requestOf(options: RunOptions, surroundings: Surroundings): Promise<RunRequest> {
  const { cwd } = surroundings;
  const inputs = inputsOf(options, cwd);
  if (options.target !== undefined && options.event !== "merge_request")
    throw new UsageError("--target: only a merge request has a target; add --event merge_request");
  return {
    cwd,
    event: oneOf("--event", options.event, eventNames),
    ref: options.ref,
    target: options.target,
    defaultBranch: options.defaultBranch,
    changedSince: options.changed === true ? "HEAD" : options.changed,
    project: options.project,
    inputs: inputs && (toJson(inputs) as Record<string, unknown>),
    variables: pairs("--variable", options.variable).map(([key, value]) => {
      return { key: variableName(key), value, type: "variable", masked: false, raw: false };
    }),
    secretsFile: options.secrets,
    workTrees: pairs("--with", options.with).map(([name, folder]) => [name, resolve(cwd, folder)]),
    mirrors: options.mirror.map((folder) => resolve(cwd, folder)),
    ...(await onlineSources(options, surroundings)),
  };
}

/** Which jobs run. @throws UsageError */
export function choiceOf(names: readonly string[], options: RunOptions): Choice {
  const { only, from, until, manual, changed } = options;
  if (changed !== undefined && (names.length > 0 || only || from !== undefined || until !== undefined))
    throw new UsageError("--changed chooses the jobs itself: leave names, --only, --from and --until out");
  if (only && names.length === 0)
    throw new UsageError("--only: name the jobs to run without what they need, as in berth run --only test");
  if (names.length > 0 && (from !== undefined || until !== undefined))
    throw new UsageError("--from and --until choose the jobs themselves: name no others beside them");
  return { names, only, from, until, manual };
}

async function onlineSources(
  { sources, host }: RunOptions,
  surroundings: Surroundings,
): Promise<Pick<RunRequest, "host" | "online">> {
  if (oneOf("--sources", sources, ["local", "gitlab"]) === "local") return { host };
  const { gitlabHost, gitlabSources } = await import("../../sources/gitlab.ts");
  return {
    host: host ?? (await gitlabHost(surroundings.env)),
    online: gitlabSources({ ...surroundings, answered: () => undefined }),
  };
}

function variableName(key: string): string {
  if (/^[A-Za-z_]\w*$/.test(key)) return key;
  throw new UsageError(`--variable ${key}: a variable's name has letters, digits and _ only`);
}
