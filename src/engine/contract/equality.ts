import { DecimalValue, FloatValue, hashKey, type YamlValue } from "../yaml/index.ts";

/** Whether Ruby calls a value Numeric. */
export function isNumber(value: YamlValue): boolean {
  const type = typeof value;
  return (
    type === "number" || type === "bigint" || value instanceof FloatValue || value instanceof DecimalValue
  );
}

/** Ruby's `==`: 1 equals 1.0. */
export function equalsInRuby(left: YamlValue, right: YamlValue): boolean {
  if (!isNumber(left) || !isNumber(right)) return hashKey(left) === hashKey(right);
  return numeric(left) === numeric(right);
}

function numeric(value: YamlValue): number {
  if (value instanceof FloatValue) return value.value;
  return Number(value instanceof DecimalValue ? value.text : value);
}
