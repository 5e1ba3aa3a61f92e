import { isValidExpression } from "../../expression/index.ts";
import { fault } from "../../problem/index.ts";
import { toJson, YamlList } from "../../yaml/index.ts";
import { check, isList, isMap, isText, optional, unknownForm } from "./checks.ts";
import type { Definition, Entry } from "./entry.ts";
import { allowedKeys, arrayOfStrings, knownValue, notBlank, stringsOrPatterns } from "./rules.ts";

/* `only` and `except` (https://docs.gitlab.com/ci/yaml/deprecated_keywords/#only--except). */

const refs: Definition = {
  title: "refs policy",
  checks: [check("config", stringsOrPatterns)],
  value: ({ config }) => ({ refs: toJson(config) }),
};

const complex: Definition = {
  title: "complex policy",
  checks: [
    check("config", [notBlank, allowedKeys("refs", "kubernetes", "variables", "changes")]),
    checkConditions,
    optional("refs", stringsOrPatterns),
    optional("kubernetes", knownValue(["active"])),
    optional("variables", arrayOfStrings),
    optional("changes", arrayOfStrings),
  ],
  value: (entry) => ({ ...(entry.key === "only" && DEFAULT_ONLY), ...(toJson(entry.config) as object) }),
};

/** What `only` is when a job says nothing of when it runs. */
export const DEFAULT_ONLY = { refs: ["branches", "tags"] };

export const policy: Definition = {
  title: "policy",
  choose: (config) => {
    if (isList(config)) return refs;
    return isMap(config)
      ? complex
      : unknownForm("policy", "has to be either an array of conditions or a hash");
  },
};

function checkConditions(entry: Entry): void {
  const conditions = entry.get("variables");
  if (!(conditions instanceof YamlList)) return;
  for (const [index, condition] of conditions.items.entries()) {
    if (isText(condition) && !isValidExpression(condition))
      entry.report("variables", fault("condition-invalid", {}, conditions.places[index]));
  }
}
