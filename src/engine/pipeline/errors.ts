import { type Circumstances, type Fault, type Problem, problemOf } from "../problem/index.ts";

/** GitLab refuses the configuration, and stops at that. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message);
    this.problem = problem;
  }
}

/** An error out of a fault. */
export function refusal(wrong: Fault, circumstances: Circumstances): ConfigError {
  return new ConfigError(problemOf(wrong, circumstances));
}

/** What is found wrong along the way. GitLab stops at the first error; who goes on gets all of them. */
export class Findings {
  readonly goesOn: boolean;
  readonly problems: Problem[] = [];
  /** What may be lacking because something could not be read: whole files with their jobs, or keywords of some jobs alone. */
  lacks: "nothing" | "keywords" | "files" = "nothing";

  constructor(goesOn: boolean) {
    this.goesOn = goesOn;
  }

  /** The result of a step; undefined where it went wrong and the work goes on. */
  attempt<Result>(step: () => Result, lacks: Findings["lacks"] = "files"): Result | undefined {
    try {
      return step();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.refuse(error, lacks);
      return undefined;
    }
  }

  /** Throws the error, or takes note of it where the work goes on, without what is lacking then. */
  refuse(error: ConfigError, lacks: Findings["lacks"] = "files"): void {
    if (!this.goesOn) throw error;
    if (this.lacks !== "files" && lacks !== "nothing") this.lacks = lacks;
    this.problems.push(error.problem);
  }
}
