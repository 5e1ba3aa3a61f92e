/** The yaml room: text to a tree with places, as GitLab's Ruby (Psych on libyaml, YAML 1.1) reads it, and back to text. */
export { fromJson, type JsonValue, toJson } from "./json.ts";
export { type LoadedDocument, loadYaml, TOO_BIG, YamlError, type YamlErrorKind } from "./load.ts";
export { formatFloat, type InspectOptions, inspectString, inspectValue, toRubyString } from "./ruby.ts";
export { type Origin, Place, type PlainPlace, Source } from "./source.ts";
export {
  BinaryValue,
  DecimalValue,
  type Entry,
  FloatValue,
  type HashKey,
  hashKey,
  Reference,
  SymbolValue,
  YamlList,
  YamlMap,
  type YamlScalar,
  type YamlValue,
} from "./values.ts";
export { toYamlText } from "./write.ts";
