import { CODES } from "../engine/problem/codes.ts";
import { codes } from "../engine/problem/index.ts";
import { rules } from "../lint/registry.generated.ts";

/** The page of the engine's codes: what GitLab says for each, with `{names}` for the facts, and the rule of lint that reports it. */
export function codePage(): Record<string, string> {
  const rows = codes.map((code) => {
    const says = CODES[code].says as (facts: unknown) => string;
    const rule = rules.find((each) => each.codes?.includes(code))?.id ?? "";
    const words = String(says(blanks())).replaceAll("|", "\\|");
    return `| \`${code}\` | ${words} | [${rule}](rules/${rule}.md) |`;
  });
  return {
    "docs/codes.md": `# Codes

What can be wrong with a configuration: ${codes.length} codes. Each problem of the library, and each finding of \`berth lint --format json\` that is GitLab's own
word, has one. Codes and facts stay when a message changes; read them, not the message. \`{names}\` stand for the problem's facts; those that a
message does not name are in the type \`FactsOf<Code>\` of the library. Behind "rule" is what \`berth lint\` calls it.

| code | GitLab's words, without their subject | rule |
| --- | --- | --- |
${rows.join("\n")}

[The library](library.md) · [Rules](rules/README.md)
`,
  };
}

/** Facts of which each is its own name in braces, both as a text and as a list of one. */
function blanks(): unknown {
  return new Proxy({}, { get: (_, name) => blank(`{${String(name)}}`) });
}

function blank(text: string): unknown {
  return new Proxy([text], {
    get(items, key) {
      if (key === Symbol.toPrimitive) return () => text;
      if (key === "slice") return () => items;
      const value = Reflect.get(items, key);
      return typeof value === "function" ? value.bind(items) : value;
    },
  });
}
