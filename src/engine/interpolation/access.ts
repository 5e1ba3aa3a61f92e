import type { KeyStyle } from "../contract/index.ts";
import { type Fault, fault } from "../problem/index.ts";
import { type HashKey, type Place, YamlList, YamlMap, type YamlValue } from "../yaml/index.ts";

/** A value that a block can name: the input's or component's value, its place, and how its keys are kept. */
export interface Accessible {
  readonly value: YamlValue;
  readonly keys: KeyStyle;
  readonly place: Place | undefined;
  /** The input it came from. */
  readonly input?: string;
}

/** What blocks can reach: `inputs.<name>` and `component.<field>`. */
export interface InterpolationContext {
  readonly inputs: ReadonlyMap<HashKey, Accessible>;
  readonly component: ReadonlyMap<HashKey, Accessible>;
}

/** A block that GitLab refuses, and why. */
export class InterpolationError extends Error {
  override readonly name = "InterpolationError";
  readonly faults: readonly Fault[];
  constructor(...faults: Fault[]) {
    super(faults[0]?.text);
    this.faults = faults;
  }
}

/** GitLab's limits of an expression: parts between dots, bytes, and indices behind one name (18.11). */
const MOST_PARTS = 5;
const LARGEST_SIZE = 1024;
const MOST_INDICES = 5;

const INDEXED = /^(\w*)((?:\[\d+\])+)$/;

/** The value that `inputs.name[0].key` names; without `hasItems` (before 18.11) `name[0]` is a name. Throws InterpolationError. */
export function accessValue(expression: string, context: InterpolationContext, hasItems = true): Accessible {
  const parts = splitParts(expression);
  const faults: Fault[] = [];
  if (parts.length <= 1) faults.push(fault("block-malformed", { expression }));
  if (Buffer.byteLength(expression) > LARGEST_SIZE) faults.push(fault("block-too-long", {}));
  if (faults.length > 0) throw new InterpolationError(...faults);
  let scope: Scope = rootScope(context);
  for (const part of parts)
    scope = scopeOf(hasItems ? accessPart(part, scope, expression) : lookUp(part, scope, expression));
  return (scope as { self: Accessible }).self;
}

/** Ruby's `split('.', 5)`: the fifth part keeps its dots; an empty text has no parts. */
function splitParts(expression: string): string[] {
  if (expression === "") return [];
  const parts = expression.split(".");
  return parts.length <= MOST_PARTS
    ? parts
    : [...parts.slice(0, MOST_PARTS - 1), parts.slice(MOST_PARTS - 1).join(".")];
}

/** Where the next part is looked up. */
interface Scope {
  readonly lookUp: (name: string) => Accessible | Scope | undefined;
  readonly self?: Accessible;
}

function rootScope({ inputs, component }: InterpolationContext): Scope {
  const roots: Record<string, Scope> = {
    inputs: { lookUp: (name) => inputs.get(name) },
    component: { lookUp: (name) => component.get(name) },
  };
  return { lookUp: (name) => (Object.hasOwn(roots, name) ? roots[name] : undefined) };
}

function scopeOf(found: Accessible | Scope): Scope {
  if ("lookUp" in found) return found;
  const { value, keys } = found;
  // Maps that came from JSON text have keys of another kind than GitLab asks for.
  const map = value instanceof YamlMap && keys !== "text" ? value : undefined;
  return {
    self: found,
    lookUp: (name) => {
      const entry = map?.entry(name);
      return entry && { ...found, value: entry.value, place: entry.valuePlace ?? found.place };
    },
  };
}

function accessPart(part: string, scope: Scope, expression: string): Accessible | Scope {
  if (!part.includes("[")) return lookUp(part, scope, expression);
  const [, name, indices] = INDEXED.exec(part) ?? [];
  if (name === undefined || indices === undefined)
    throw indexError(faultOfIndex(part, expression), expression);
  if (name === "") throw indexError(`invalid indexed access without a key in \`${expression}\``, expression);
  const numbers = [...indices.matchAll(/\d+/g)].map(([digits]) => BigInt(digits));
  if (numbers.length > MOST_INDICES) {
    throw indexError(
      `too many array indices in \`${expression}\` (maximum depth: ${MOST_INDICES})`,
      expression,
    );
  }
  let found = lookUp(name, scope, expression);
  for (const index of numbers) found = accessIndex(found, index, expression);
  return found;
}

function lookUp(name: string, scope: Scope, expression: string): Accessible | Scope {
  const found = scope.lookUp(name);
  if (found === undefined) throw new InterpolationError(unknownName(name, expression));
  return found;
}

/** A name that is not there: of an input, of a field of the component, or of neither. */
function unknownName(name: string, expression: string): Fault {
  const facts = { name, expression };
  const [root = "", second = ""] = expression.split(".");
  const isSecond = name === second.replace(/\[.*$/s, "");
  if (root === "inputs" && isSecond) return fault("input-undeclared", facts);
  if (root === "component" && isSecond) return fault("component-field-undeclared", facts);
  return fault("block-name-unknown", facts);
}

function indexError(why: string, expression: string): InterpolationError {
  return new InterpolationError(fault("block-index-invalid", { why, expression }));
}

function accessIndex(found: Accessible | Scope, index: bigint, expression: string): Accessible {
  const list = "value" in found ? found.value : undefined;
  if (!(list instanceof YamlList) || !("value" in found)) {
    throw indexError(`cannot index into non-array value at [${index}] in \`${expression}\``, expression);
  }
  if (index >= BigInt(list.size)) {
    throw indexError(
      `array index ${index} out of bounds (size: ${list.size}) in \`${expression}\``,
      expression,
    );
  }
  const position = Number(index);
  return { ...found, value: list.items[position] ?? null, place: list.places[position] ?? found.place };
}

function faultOfIndex(part: string, expression: string): string {
  const count = (bracket: string) => part.split(bracket).length;
  if (count("[") !== count("]")) return `invalid array index in \`${expression}\`: missing closing bracket`;
  const contents = [...part.matchAll(/\[([^\]]*)\]/g)].map(([, content = ""]) => content);
  const invalid = contents.find((content) => !/^\d+$/m.test(content));
  if (invalid === undefined) return `invalid array index syntax in \`${expression}\``;
  return `invalid array index in \`${expression}\`: \`${invalid}\` is not a valid index`;
}
