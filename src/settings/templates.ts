import { UsageError } from "../base/usage-error.ts";
import { forms, pipelinePatterns } from "./forms.ts";
import { type Setting, settingOfInput, settings } from "./settings.ts";

/**
 * A template whose inputs are constrained as the table of settings says: the lines `type`, `options` and `regex` of each input, and
 * `default` where the table has one, are written anew, and so is the line that hands all boolean inputs to bash in BERTH_SWITCHES;
 * everything else stays as it is. The header must be written as in templates/:
 * an input's name indented by four spaces, its keys by six, `description` first.
 *
 * @param path the template's path, for messages.
 * @throws UsageError with file and line for an input that no setting has.
 */
export function constrainedTemplate(
  path: string,
  text: string,
  table: readonly Setting[] = settings,
): string {
  const lines = text.split("\n");
  const from = lines.indexOf("  inputs:") + 1;
  const to = lines.indexOf("---");
  if (from === 0 || to < from) return text;
  const inputs: { name: string; line: number; kept: string[]; preset: string | undefined }[] = [];
  for (const [index, line] of lines.slice(from, to).entries()) {
    const name = /^ {4}(\w+):$/.exec(line)?.[1];
    const current = inputs.at(-1);
    if (name !== undefined) inputs.push({ name, line: from + index + 1, kept: [line], preset: undefined });
    else if (/^ {6}default: /.test(line)) current!.preset = line;
    else if (!/^ {6}(type|options|regex): /.test(line)) current!.kept.push(line);
  }
  const made = inputs.flatMap(({ name, line, kept, preset }) => {
    const setting = settingOfInput(name, table);
    if (setting === undefined) {
      throw new UsageError(
        `${path}:${line}: the input "${name}" is not in src/settings/settings.ts, the one definition of every setting`,
      );
    }
    return [...kept, ...constraints(setting, preset)];
  });
  const switches = table.filter(
    ({ value, input }) => value.type === "switch" && inputs.some(({ name }) => name === input),
  );
  const words = switches.map(({ input }) => `${input}=$[[ inputs.${input} ]]`).join(" ");
  const rest = lines
    .slice(to)
    .map((line) => line.replace(/^( +BERTH_SWITCHES: ).*\$\[\[.*/, (_, head: string) => head + words));
  return [...lines.slice(0, from), ...made, ...rest].join("\n");
}

function constraints({ value, default: own }: Setting, preset: string | undefined): string[] {
  const type = inputType(value);
  const lines = type === "string" ? [] : [`      type: ${type}`];
  if (own !== undefined) lines.push(`      default: ${scalar(own, type)}`);
  else if (preset !== undefined) lines.push(preset);
  if (value.type === "choice" || value.type === "pipeline choice")
    lines.push(`      options: [${value.options.join(", ")}]`);
  if (value.type === "text") lines.push(`      regex: ${forms[value.form].pattern}`);
  if (value.type === "pipeline") lines.push(`      regex: ${pipelinePatterns[value.pattern]}`);
  return lines;
}

function inputType({ type }: Setting["value"]): "string" | "number" | "boolean" | "array" {
  if (type === "number") return type;
  if (type === "switch" || type === "pipeline boolean") return "boolean";
  return type === "pipeline array" ? "array" : "string";
}

/** A text that YAML would read as something else, or that a person may take for something else, is in quotes. */
function scalar(value: string | number | boolean, type: string): string {
  return type === "string" && !/^[A-Za-z./][\w./:-]*$/.test(String(value))
    ? JSON.stringify(value)
    : String(value);
}
