import { RULE_KEYS } from "../engine/contract/index.ts";
import type { Problem } from "../engine/problem/index.ts";
import { conditionHint } from "./condition-hints.ts";
import { meant } from "./nearest.ts";

/** The way out of what GitLab refuses in a header; undefined where its words say all that is known. */
export function headerHint(problem: Problem): string | undefined {
  const written = textAt(problem);
  switch (problem.code) {
    case "header-value-kind":
      return problem.subject.split(":").length > 3
        ? "write its keys below it: default, description, options, regex, type"
        : "write inputs: below spec:, and each input below that";
    case "header-description-long":
      return `shorten it to ${problem.facts.most} characters`;
    case "header-component-fields-unknown":
      return "the fields are name, sha, version and reference";
    case "input-options-kind":
      return written === undefined ? "write a list: [a, b]" : `write a list: [${written}]`;
    case "input-options-unfit":
      return "remove the options: a boolean has true and false already";
    case "input-options-null":
      return 'write "" for an empty option';
    case "input-options-many":
    case "input-rule-options-many":
      return `at most ${problem.facts.most}: a regex can say the same of many`;
    case "input-rules-beside":
      return "move them into the last of the rules, the one without if:";
    case "input-rules-kind":
      return "write a list of rules, each with options: and default:";
    case "input-rule-incomplete":
      return "give the rule options: and a default: that is one of them";
    case "input-rule-keys-unknown":
      return meant(problem.facts.keys[0] ?? "", RULE_KEYS) ?? "a rule takes if, options and default";
    case "input-rule-condition-invalid":
      return written === undefined ? undefined : conditionHint(written);
    default:
      return undefined;
  }
}

/** What is written at the place, if it is on one line. */
function textAt({ place }: Problem): string | undefined {
  const text = place?.source.text.slice(place.start, place.end);
  return text === undefined || text.includes("\n") ? undefined : text;
}
