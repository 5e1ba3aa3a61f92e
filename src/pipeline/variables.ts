/** A variable of a pipeline. */
export interface Variable {
  readonly key: string;
  readonly value: string;
  /** Its value must not show in any message. */
  readonly masked?: boolean;
  readonly file?: boolean;
  /** Its value is not expanded. */
  readonly raw?: boolean;
}

/** Variables by name; a later one replaces an earlier one. */
export type VariableTable = ReadonlyMap<string, Variable>;

const REFERENCE = /\$([a-zA-Z_][a-zA-Z0-9_]*)|\$\{([a-zA-Z_][a-zA-Z0-9_]*)\}|%([a-zA-Z_][a-zA-Z0-9_]*)%/g;

/** Replaces `$NAME`, `${NAME}` and `%NAME%`; unknown names become nothing (lib/expand_variables.rb, 18.11). */
export function expandVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(
    REFERENCE,
    (_, a?: string, b?: string, c?: string) => variables.get((a ?? b ?? c)!) ?? "",
  );
}

/** The same, but unknown names stay as they are. */
export function expandKnownVariables(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(REFERENCE, (all: string, a?: string, b?: string, c?: string) => {
    return variables.get((a ?? b ?? c)!) ?? all;
  });
}

/** Names and values only. */
export function valuesOf(variables: VariableTable): Map<string, string> {
  return new Map([...variables].map(([key, { value }]) => [key, value]));
}

/** The names that a value refers to, each once. */
export function namesIn(value: string): string[] {
  const names = new Set<string>();
  for (const [, a, b, c] of value.matchAll(REFERENCE)) names.add((a ?? b ?? c)!);
  return [...names];
}

/** Names and values, each value expanded by the others; in a cycle nothing is. */
export function expandedValues(variables: VariableTable): Map<string, string> {
  const expanded = new Map<string, string>();
  const open = new Set<string>();
  let cyclic = false;
  const visit = (key: string): void => {
    if (expanded.has(key)) return;
    const variable = variables.get(key);
    if (variable === undefined) return;
    if (open.has(key)) {
      cyclic = true;
      return;
    }
    open.add(key);
    if (!variable.raw) for (const name of namesIn(variable.value)) visit(name);
    open.delete(key);
    expanded.set(key, variable.raw ? variable.value : expandKnownVariables(variable.value, expanded));
  };
  for (const key of variables.keys()) visit(key);
  return cyclic ? valuesOf(variables) : expanded;
}

/** A table from a list (later entries win), or from names and values. */
export function variableTable(
  given: readonly Variable[] | Readonly<Record<string, string>> = [],
): VariableTable {
  const list = Array.isArray(given)
    ? (given as readonly Variable[])
    : fromRecord(given as Record<string, string>);
  return new Map(list.map((variable) => [variable.key, variable]));
}

function fromRecord(record: Readonly<Record<string, string>>): Variable[] {
  return Object.entries(record).map(([key, value]) => ({ key, value }));
}
