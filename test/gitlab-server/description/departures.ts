import type { Fields, Shapes, Type } from "./shapes.ts";

/** One way in which an answer is not as described. */
export interface Departure {
  /** `missing`: described and not there; `unknown`: there and not described; `null` and `type`: of another type. */
  readonly kind: "missing" | "unknown" | "null" | "type";
  /** The type and its field: `Ci_Job.runner`. */
  readonly field: string;
  readonly message: string;
}

/** How an answer departs from a described type. A list where the description says one value is a list of those. */
export function departuresFrom(shapes: Shapes, type: Type, value: unknown, at = ""): Departure[] {
  if (Array.isArray(type) !== Array.isArray(value) && Array.isArray(value))
    return value.flatMap((each) => departuresFrom(shapes, type, each, at));
  if (isList(type)) {
    if (!Array.isArray(value)) return [departure("type", at, `is ${kindOf(value)}, not a list`)];
    return value.flatMap((each) => departuresFrom(shapes, type[0], each, at));
  }
  if (typeof type !== "string") return ofFields(shapes, type, value, at);
  const fields = shapes.types[type];
  if (fields) return ofFields(shapes, fields, value, type);
  if (type === "any" || type === kindOf(value)) return [];
  return type === "time" && isTime(value) ? [] : [departure("type", at, `is ${kindOf(value)}, not ${type}`)];
}

function ofFields(shapes: Shapes, fields: Fields, value: unknown, at: string): Departure[] {
  if (typeof value !== "object" || value === null) return [departure("type", at, `is ${kindOf(value)}`)];
  const given = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(given).filter((name) => !Object.hasOwn(fields, name));
  return [
    ...unknown.map((name) => departure("unknown", `${at}.${name}`, "is not described")),
    ...Object.entries(fields).flatMap(([name, type]) => {
      const field = `${at}.${name}`;
      if (!Object.hasOwn(given, name)) return [departure("missing", field, "is missing")];
      if (given[name] === null) return type === "any" ? [] : [departure("null", field, "is null")];
      return departuresFrom(shapes, type, given[name], field);
    }),
  ];
}

function departure(kind: Departure["kind"], field: string, what: string): Departure {
  return { kind, field, message: `${field} ${what}` };
}

function kindOf(value: unknown): string {
  return value === null ? "null" : Array.isArray(value) ? "list" : typeof value;
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(value);
}

function isList(type: Type): type is readonly [Type] {
  return Array.isArray(type);
}
