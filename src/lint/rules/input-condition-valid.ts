import { inputNamesOf } from "../../engine/expression/index.ts";
import type { Place } from "../../engine/yaml/index.ts";
import { conditionsOf } from "../input-rules.ts";
import { listed, meant } from "../nearest.ts";
import type { Rule } from "../rule.ts";

/** `$[[ inputs.cloud ]] == "blue"`. */
const compared = /\$\[\[\s*inputs\.([\w-]+)\s*\]\]\s*(==|!=)\s*["']([^"']*)["']/g;

export const rule: Rule = {
  id: "input-condition-valid",
  group: "contract",
  severity: "warning",
  confidence: "high",
  summary: "The conditions of an input's rules read declared inputs, and ask for values that these can have.",
  why: "A condition on an input that is not declared never holds, and GitLab says nothing: the options below it are never offered.",
  since: "18.7",
  reference: "https://docs.gitlab.com/ci/inputs/#define-conditional-input-options-with-specinputsrules",
  check(file, { report }) {
    const names = file.inputs.map((input) => input.name);
    for (const input of file.inputs) {
      for (const { text, place } of conditionsOf(input)) {
        const unknown = inputNamesOf(text).filter((name) => !names.includes(name));
        if (unknown.length === 0) {
          reportOptions(text, place);
          continue;
        }
        report({
          at: place,
          message: `the condition reads "${unknown.join('", "')}", which the header does not declare`,
          hint: meant(unknown[0] ?? "", names) ?? `the inputs are ${listed(names)}`,
        });
      }
    }

    function reportOptions(text: string, at: Place | undefined) {
      for (const [, name = "", , value = ""] of text.matchAll(compared)) {
        const options = file.input(name)?.options?.map(String);
        if (options === undefined || options.includes(value)) continue;
        report({
          at,
          message: `"${value}" is no option of "${name}"`,
          hint: meant(value, options) ?? `the options of "${name}" are ${listed(options)}`,
        });
      }
    }
  },
};
