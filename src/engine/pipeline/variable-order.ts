import type { Variable } from "./variables.ts";

/** Variables in the order in which they can be expanded, and the groups of them that refer to each other in a circle. */
export interface VariableOrder {
  readonly sorted: readonly Variable[];
  /** The names of each group. A variable that refers to itself alone is none. */
  readonly cycles: readonly (readonly string[])[];
}

/**
 * Sorts variables so that those a value refers to come before it, in the order of Ruby's TSort
 * (Gitlab::Ci::Variables::Collection::Sort, 18.11). A name that is given several times stands for all its values.
 */
export function orderVariables(variables: readonly Variable[]): VariableOrder {
  if (!variables.some(refersToOthers)) return { sorted: variables, cycles: [] };
  const search = new Search(variables);
  for (let index = 0; index < variables.length; index++) search.visit(index);
  return search;
}

/** Names and values, each value expanded by the others; in a cycle nothing is. Unknown names become nothing. */
export function expandedValues(variables: readonly Variable[]): Map<string, string> {
  const { sorted, cycles } = orderVariables(variables);
  const values = new Map<string, string>();
  for (const variable of cycles.length > 0 ? variables : sorted) {
    const expands = cycles.length === 0 && refersToOthers(variable);
    values.set(variable.key, expands ? expandValue(variable.value, values) : variable.value);
  }
  return values;
}

function refersToOthers({ value, raw }: Variable): boolean {
  return !raw && /[$%]/.test(value);
}

/** `$$` and `%%` stand for themselves. */
const REFERENCE =
  /\$\$|%%|\$([a-zA-Z_][a-zA-Z0-9_]*)|\$\{([a-zA-Z_][a-zA-Z0-9_]*)?\}|%([a-zA-Z_][a-zA-Z0-9_]*)%/g;

function expandValue(value: string, values: ReadonlyMap<string, string>): string {
  return value.replace(REFERENCE, (all: string, a?: string, b?: string, c?: string) => {
    const name = a ?? b ?? c;
    return name === undefined ? all : (values.get(name) ?? "");
  });
}

/** Tarjan's strongly connected components. */
class Search implements VariableOrder {
  readonly sorted: Variable[] = [];
  readonly cycles: string[][] = [];
  readonly #variables: readonly Variable[];
  readonly #byName = new Map<string, number[]>();
  readonly #ids = new Map<number, number | undefined>();
  readonly #stack: number[] = [];

  constructor(variables: readonly Variable[]) {
    this.#variables = variables;
    for (const [index, { key }] of variables.entries()) {
      const indices = this.#byName.get(key);
      if (indices) indices.push(index);
      else this.#byName.set(key, [index]);
    }
  }

  visit(index: number): number | undefined {
    if (this.#ids.has(index)) return this.#ids.get(index);
    const id = this.#ids.size;
    let least = id;
    this.#ids.set(index, id);
    const depth = this.#stack.length;
    this.#stack.push(index);
    for (const other of this.#references(this.#variables[index]!)) {
      least = Math.min(least, this.visit(other) ?? least);
    }
    if (least === id) this.#close(depth);
    return least;
  }

  #references(variable: Variable): number[] {
    if (!refersToOthers(variable)) return [];
    return [...variable.value.matchAll(REFERENCE)].flatMap(([, a, b, c]) => {
      return this.#byName.get(a ?? b ?? c ?? "") ?? [];
    });
  }

  #close(depth: number): void {
    const component = this.#stack.splice(depth);
    for (const index of component) this.#ids.set(index, undefined);
    for (const index of component) this.sorted.push(this.#variables[index]!);
    if (component.length > 1) this.cycles.push(component.map((index) => this.#variables[index]!.key));
  }
}
