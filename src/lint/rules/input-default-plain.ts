import { FloatValue, YamlList, YamlMap, type YamlValue } from "../../engine/yaml/values.ts";
import type { Rule } from "../rule.ts";

export const rule: Rule = {
  id: "input-default-plain",
  group: "contract",
  severity: "warning",
  confidence: "high",
  summary: "Defaults and options of string inputs are written as strings.",
  why: "YAML reads `on`, `off`, `yes` and `no` as booleans and `1.10` as the number 1.1: GitLab then hands on `true` or `1.1`. GitLab's editor schema refuses such values although the server takes them.",
  reference: "https://docs.gitlab.com/ci/yaml/#specinputstype",
  fixable: true,
  check(file, { report }) {
    for (const input of file.inputs.filter((each) => each.type === "string")) {
      const entries = [input.entry("default"), input.entry("options")];
      for (const { value, place } of entries.flatMap((entry) => scalars(entry?.value, entry?.valuePlace))) {
        const written = place?.source.text.slice(place.start, place.end);
        if (place === undefined || written === undefined || !/^[\w.+-]+$/.test(written)) continue;
        const what = typeof value === "boolean" ? "boolean" : "number";
        report({
          at: place,
          message: `"${written}" is a ${what} to YAML; input "${input.name}" is a string`,
          hint: `quote it: "${written}"${/^(?:true|false)$/.test(written) ? ", or declare the input as type: boolean" : ""}`,
          fix: {
            title: `quote ${written}`,
            safe: isUnchanged(value, written),
            edits: [{ ...place.toJSON(), text: `"${written}"` }],
          },
        });
      }
    }
  },
};

type Placed = { value: YamlValue; place: import("../../engine/yaml/source.ts").Place | undefined };

function scalars(value: YamlValue | undefined, place: Placed["place"]): Placed[] {
  if (value instanceof YamlList)
    return value.items.flatMap((item, index) => scalars(item, value.places[index]));
  if (value === undefined || value === null || typeof value === "string" || value instanceof YamlMap)
    return [];
  const isPlainScalar =
    typeof value === "boolean" || typeof value === "number" || value instanceof FloatValue;
  return isPlainScalar ? [{ value, place }] : [];
}

/** Quoting is safe where GitLab's text of the value is what is written: `123`, `true`, but not `yes` or `1.10`. */
function isUnchanged(value: YamlValue, written: string): boolean {
  return String(value instanceof FloatValue ? value.value : value) === written;
}
