import { type Entry, YamlMap } from "../../engine/yaml/index.ts";
import { keyText } from "../blocks.ts";
import { mappingsOf } from "../mappings.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "keys-unique",
  group: "contract",
  severity: "warning",
  confidence: "certain",
  summary: "No mapping has a key twice.",
  why: "GitLab takes the last one without a word: the first job, script, include or input of that name is gone.",
  reference: "https://docs.gitlab.com/ci/yaml/",
  check(file, { report }) {
    for (const { map, path } of [...mappingsOf(file.header), ...mappingsOf(file.body)]) {
      for (const earlier of map.replaced) {
        const last = map.entry(earlier.key);
        const inJob = path.length > 0 ? ` in "${path.join(".")}"` : "";
        report({
          at: last?.keyPlace,
          message: `"${keyText(earlier)}" is written twice${inJob}: GitLab takes this one and forgets the first`,
          hint: cureOf(last ?? earlier, isNamed(path)),
          related: [{ message: "this one is lost", at: earlier.keyPlace }],
        });
      }
    }
  },
};

/** Jobs and inputs have names that their author gave. */
function isNamed(path: readonly (string | number)[]): boolean {
  return path.length === 0 || path.join(".") === "spec.inputs";
}

function cureOf(entry: Entry, isTop: boolean): string {
  if (isTop && entry.key === "include") return "write one include: with all entries in its list";
  if (["script", "before_script", "after_script"].includes(keyText(entry)))
    return "write one list with all commands, in their order";
  if (entry.value instanceof YamlMap)
    return isTop && !["variables", "default", "workflow"].includes(keyText(entry))
      ? "give one of the two another name, or make one of both"
      : "write the entries of both below one key";
  return "remove one of the two";
}
