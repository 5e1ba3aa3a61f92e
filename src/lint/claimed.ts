import type { EngineError } from "./engine.ts";
import type { RuleContext } from "./rule.ts";

/** Reports the engine's problems that a rule claims, in GitLab's own words, with a hint of ours. */
export function reportClaimed(
  { claimed, report }: Pick<RuleContext, "claimed" | "report">,
  hint: (error: EngineError) => string | undefined = () => undefined,
): void {
  for (const error of claimed) {
    const { problem, place, message, related } = error;
    report({ code: problem.code, at: place, message, hint: hint(error), related });
  }
}
