import { Document, type Node, Pair, Scalar, YAMLMap, YAMLSeq } from "yaml";
import {
  BinaryValue,
  DecimalValue,
  FloatValue,
  Reference,
  SymbolValue,
  YamlList,
  YamlMap,
  type YamlValue,
} from "./values.ts";

/** The tree as YAML 1.1 text in block style, ending with a line break; GitLab would load the same tree from it. */
export function toYamlText(value: YamlValue): string {
  const document = new Document(undefined, { version: "1.1", aliasDuplicateObjects: false });
  document.contents = toNode(value);
  return document.toString({ lineWidth: 0, directives: false });
}

function toNode(value: YamlValue): Node {
  if (value instanceof YamlMap) {
    const map = new YAMLMap();
    for (const entry of value.entries()) map.items.push(new Pair(toNode(entry.key), toNode(entry.value)));
    return map;
  }
  if (value instanceof YamlList) return toSequence(value);
  if (value instanceof Reference) {
    const path = toSequence(value.path);
    path.tag = "!reference";
    path.flow = true;
    return path;
  }
  return toScalar(value);
}

function toSequence(list: YamlList): YAMLSeq {
  const sequence = new YAMLSeq();
  for (const item of list.items) sequence.items.push(toNode(item));
  return sequence;
}

function toScalar(value: Exclude<YamlValue, YamlMap | YamlList | Reference>): Scalar {
  if (value instanceof SymbolValue) return plain(`:${value.name}`);
  if (value instanceof DecimalValue) return plain(value.text);
  if (value instanceof BinaryValue) return new Scalar(value.bytes);
  if (value instanceof FloatValue) {
    const scalar = new Scalar(value.value);
    if (Number.isInteger(value.value)) scalar.minFractionDigits = 1;
    return scalar;
  }
  // Strings that Psych reads as something else, and the `yaml` package does not, need their quotes.
  const scalar = new Scalar(value);
  if (typeof value === "string" && LOOKS_LIKE_RUBY.test(value)) scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}

const LOOKS_LIKE_RUBY = /^(?::.|[-+.]?\d[\d_,:.-]*$|<<$|null$)|^\d{4}-/i;

function plain(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.PLAIN;
  return scalar;
}
