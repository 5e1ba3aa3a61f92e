import { namesIn, type VariableTable } from "./variables.ts";

/**
 * The groups of variables that refer to each other in a circle, in the order in which Ruby's TSort meets them. A variable
 * that refers to itself alone is none.
 */
export function findCyclicVariables(variables: VariableTable): string[][] {
  const references = new Map<string, string[]>();
  for (const { key, value, raw } of variables.values()) {
    if (!raw && /[$%]/.test(value))
      references.set(
        key,
        namesIn(value).filter((name) => variables.has(name)),
      );
  }
  if (references.size < 2) return [];
  const search = new Search(references);
  for (const key of references.keys()) search.visit(key);
  return search.cycles;
}

/** Tarjan's strongly connected components. */
class Search {
  readonly cycles: string[][] = [];
  readonly #references: ReadonlyMap<string, readonly string[]>;
  readonly #ids = new Map<string, number | undefined>();
  readonly #stack: string[] = [];

  constructor(references: ReadonlyMap<string, readonly string[]>) {
    this.#references = references;
  }

  visit(key: string): number | undefined {
    if (this.#ids.has(key)) return this.#ids.get(key);
    const id = this.#ids.size;
    let least = id;
    this.#ids.set(key, id);
    const depth = this.#stack.length;
    this.#stack.push(key);
    for (const name of this.#references.get(key) ?? []) least = Math.min(least, this.visit(name) ?? least);
    if (least === id) {
      const component = this.#stack.splice(depth);
      for (const name of component) this.#ids.set(name, undefined);
      if (component.length > 1) this.cycles.push(component);
    }
    return least;
  }
}
