import { FUNCTION_NAMES } from "../../engine/interpolation/index.ts";
import { reportClaimed } from "../claimed.ts";
import { meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "function-known",
  group: "contract",
  severity: "error",
  confidence: "certain",
  summary: "A block calls at most three functions, each known and with the right arguments.",
  why: "GitLab refuses an invented function, wrong arguments and long chains.",
  reference: "https://docs.gitlab.com/ci/inputs/#specify-functions-to-manipulate-input-values",
  codes: [
    "functions-many",
    "function-unknown",
    "function-value-kind",
    "function-not-last",
    "function-failed",
  ],
  check: (_file, context) =>
    reportClaimed(context, ({ problem }) => {
      const call = problem.code === "function-unknown" ? problem.facts.call : "";
      const name = /^\w*/.exec(call)?.[0] ?? "";
      if (name === "default") return "give the input a default in the header";
      return (
        meant(name, FUNCTION_NAMES) ??
        "the functions are expand_vars, truncate(offset,length) and posix_escape; at most three in a block"
      );
    }),
};
