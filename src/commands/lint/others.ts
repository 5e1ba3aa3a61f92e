import type { Configuration } from "../../lint/configuration.ts";
import { NO_MIRROR } from "../../sources/mirrors.ts";
import type { Surroundings } from "../command.ts";
import { elsewhere, isOnline } from "../elsewhere.ts";
import type { LintOptions } from "./options.ts";
import type { Run } from "./run.ts";

/** What includes may reach beyond the project, as the options and the settings say; what is fetched once serves the whole run. */
export async function othersOf(
  options: LintOptions,
  { mirrors }: Configuration,
  surroundings: Surroundings,
): Promise<Pick<Run, "withOthers" | "host">> {
  const online = isOnline(options);
  if (!online && mirrors.length + options.with.length + options.mirror.length === 0)
    return { withOthers: async (work) => work({}), host: undefined };
  const { memoryTree, workerOver } = await import("../../engine/pipeline/index.ts");
  const slow = await elsewhere(options, { mirrors }, surroundings);
  const work = workerOver({ project: "", sha: "", tree: memoryTree({}) }, slow);
  const host = online
    ? await (await import("../../sources/gitlab.ts")).gitlabHost(surroundings.env)
    : undefined;
  return {
    host,
    withOthers: (judge) =>
      work((sources) =>
        judge({
          ...sources,
          remote: (url) => {
            const answer = sources.remote?.(url);
            return answer && "failure" in answer && answer.failure === NO_MIRROR ? undefined : answer;
          },
        }),
      ),
  };
}
