import { type Place, toRubyString, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";
import { INPUT_TYPES, type InputType } from "./input-types.ts";
import { COMPONENT_FIELDS, type ComponentField } from "./keywords.ts";

/** One input of a component's contract, as its header declares it. */
export interface Input {
  readonly name: string;
  /** Undefined where the header gives an empty or unknown `type`. */
  readonly type: InputType | undefined;
  readonly description: string | undefined;
  /** Must be given: there is neither a default nor a rule with one. */
  readonly required: boolean;
  /** The value of `default`; undefined when there is no such key. */
  readonly default: YamlValue | undefined;
  readonly options: YamlList | undefined;
  readonly regex: YamlValue | undefined;
  readonly rules: YamlList | undefined;
  /** The place of its name. */
  readonly place: Place | undefined;
  /** The declaration itself, for places of single keywords; undefined for an input without a body. */
  readonly declaration: YamlMap | undefined;
  /** The key in the header; not a string when YAML reads the name as something else. */
  readonly key: YamlValue;
}

/** The inputs that a header declares, in order. A header that GitLab refuses gives those that can be read. */
export function readInputs(header: YamlMap | undefined): Input[] {
  const inputs = specOf(header)?.get("inputs");
  if (!(inputs instanceof YamlMap)) return [];
  return [...inputs.entries()].map(({ key, value, keyPlace }) => {
    const declaration = value instanceof YamlMap ? value : undefined;
    const options = declaration?.get("options");
    const rules = declaration?.get("rules");
    const description = declaration?.get("description");
    return {
      name: toRubyString(key),
      key,
      type: typeOf(declaration),
      description: description === undefined || description === null ? undefined : toRubyString(description),
      required: !hasDefault(declaration),
      default: declaration?.get("default"),
      options: options instanceof YamlList ? options : undefined,
      regex: declaration?.get("regex"),
      rules: rules instanceof YamlList ? rules : undefined,
      place: keyPlace,
      declaration,
    };
  });
}

/** The fields of `spec:component` that a component asks for. */
export function readComponentFields(header: YamlMap | undefined): ComponentField[] {
  const fields = specOf(header)?.get("component");
  if (!(fields instanceof YamlList)) return [];
  return COMPONENT_FIELDS.filter((field) => fields.items.includes(field));
}

function specOf(header: YamlMap | undefined): YamlMap | undefined {
  const spec = header?.get("spec");
  return spec instanceof YamlMap ? spec : undefined;
}

function typeOf(declaration: YamlMap | undefined): InputType | undefined {
  if (declaration === undefined || !declaration.has("type")) return "string";
  return INPUT_TYPES.find((type) => type === declaration.get("type"));
}

function hasDefault(declaration: YamlMap | undefined): boolean {
  if (declaration === undefined) return false;
  if (declaration.has("default")) return true;
  const rules = declaration.get("rules");
  return (
    rules instanceof YamlList && rules.items.some((rule) => rule instanceof YamlMap && rule.has("default"))
  );
}
