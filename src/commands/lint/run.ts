import type { Answers } from "../../lint/answers.ts";
import type { Configuration } from "../../lint/configuration.ts";
import type { Reach, ResultMemory } from "../../lint/memory.ts";
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
}
