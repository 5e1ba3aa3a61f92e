import type { Answers } from "../../lint/answers.ts";
import type { Configuration } from "../../lint/configuration.ts";
import type { ProjectGraph } from "../../lint/included-pipeline.ts";
import type { Reach, ResultMemory } from "../../lint/memory.ts";
import type { OtherSources } from "../../lint/readable-includes.ts";
import type { ShellTool } from "../../lint/shell/tools.ts";
import type { Surroundings } from "../command.ts";

/** What the judges of a run share. */
export interface Run {
  readonly settings: Configuration;
  readonly surroundings: Surroundings;
  readonly tool: ShellTool | undefined;
  readonly reach: Reach;
  /** What earlier runs found out; undefined with --no-cache. */
  readonly answers: Answers | undefined;
  readonly memory: ResultMemory | undefined;
  /** Works with the files of other projects; the work begins anew whenever it asks for something that is not read yet. */
  readonly withOthers: <Result>(work: (others: OtherSources) => Result) => Promise<Result>;
  /** The name of the server; undefined for gitlab.com. */
  readonly host: string | undefined;
  /** The pipelines that were read so far, by the root of their project. */
  readonly graphs: Map<string, ProjectGraph>;
}
