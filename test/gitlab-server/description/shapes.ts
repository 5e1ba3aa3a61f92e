import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * What a value of an answer is, as GitLab's interface description says it: `"string"`, `"time"` (ISO 8601), `"number"`, `"boolean"`,
 * `"object"`, `"any"` (the description gives no type), the name of a type of {@link Shapes.types}, the type of a list's items in
 * brackets, or fields.
 */
export type Type = string | readonly [Type] | Fields;

export interface Fields {
  readonly [field: string]: Type;
}

/** The part of GitLab's interface description that the routes in use need. */
export interface Shapes {
  /** What it was made from. */
  readonly source: string;
  /** For each route (`GET /projects/*`, a star for each part that varies) and status, the type of the answer. */
  readonly routes: Readonly<Record<string, Readonly<Record<string, Type | null>>>>;
  readonly types: Readonly<Record<string, Fields>>;
}

/** The shapes that are committed: made by `npm run standin:check -- FILE --write`. */
export const shapesFile = join(import.meta.dirname, "shapes.generated.json");

export function committedShapes(): Shapes {
  return JSON.parse(readFileSync(shapesFile, "utf8"));
}

/** A route with a star for each part that varies: `:id` and `{id}` come to the same. */
export function pattern(route: string): string {
  return route.replaceAll(/:\w+|\{\w+\}|\*\w+/g, "*");
}
