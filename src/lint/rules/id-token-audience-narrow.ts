import { YamlList, YamlMap } from "../../engine/yaml/values.ts";
import { keyText } from "../blocks.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "id-token-audience-narrow",
  group: "security",
  severity: "warning",
  confidence: "medium",
  summary: "An ID token is made out to one audience.",
  why: "A token that several services accept can be used by one of them at the others. The audience is the only thing that ties it to its purpose.",
  reference: "https://docs.gitlab.com/ci/secrets/id_token_authentication/",
  check(file, { report }) {
    for (const job of file.jobs) {
      const tokens = job.map.get("id_tokens");
      if (!(tokens instanceof YamlMap)) continue;
      for (const entry of tokens.entries()) {
        const audience = entry.value instanceof YamlMap ? entry.value.entry("aud") : undefined;
        const isList = audience?.value instanceof YamlList && audience.value.size > 1;
        const isAny = typeof audience?.value === "string" && /^(\*|https?:\/\/\*|any)$/i.test(audience.value);
        if (!isList && !isAny) continue;
        report({
          at: audience?.valuePlace,
          message: `ID token "${keyText(entry)}" is accepted by more than one service`,
          hint: "make one token for each service",
        });
      }
    }
  },
};
