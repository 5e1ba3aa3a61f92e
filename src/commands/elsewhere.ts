import { resolve } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import type { SlowSources } from "../engine/pipeline/include/read-ahead.ts";
import { firstOf } from "../sources/first-of.ts";
import { mirrorSources } from "../sources/mirrors.ts";
import type { Surroundings } from "./command.ts";
import { oneOf } from "./options.ts";

/** Where files of other projects come from: the same words in every command. */
export interface ElsewhereOptions {
  readonly with: readonly string[];
  readonly mirror: readonly string[];
  readonly sources: string;
}

/** The sources that the options and the settings name; `answered` is called with each answer of a server. */
export async function elsewhere(
  options: ElsewhereOptions,
  { mirrors, answered }: { readonly mirrors: readonly string[]; readonly answered?: () => void },
  { cwd, env, signal }: Surroundings,
): Promise<SlowSources> {
  const local = mirrorSources({
    workTrees: workTreesOf(options.with, cwd),
    mirrors: [...options.mirror.map((mirror) => resolve(cwd, mirror)), ...mirrors],
  });
  if (!isOnline(options)) return local;
  const { gitlabSources } = await import("../sources/gitlab.ts");
  return firstOf(local, gitlabSources({ env, signal, ...(answered && { answered }) }));
}

/** Whether a GitLab is to be asked. Throws UsageError for a place that nobody knows. */
export function isOnline({ sources }: ElsewhereOptions): boolean {
  return oneOf("--sources", sources, ["local", "gitlab"]) === "gitlab";
}

function workTreesOf(given: readonly string[], cwd: string): Map<string, string> {
  return new Map(
    given.map((pair) => {
      const equals = pair.indexOf("=");
      if (equals < 1)
        throw new UsageError(
          `--with ${pair}: give a project and its folder, as in --with group/project=../project`,
        );
      return [pair.slice(0, equals).toLowerCase(), resolve(cwd, pair.slice(equals + 1))];
    }),
  );
}
