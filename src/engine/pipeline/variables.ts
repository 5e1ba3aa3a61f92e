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

/** Names and values only; of a name that is given several times the last one. */
export function valuesOf(variables: Iterable<Variable>): Map<string, string> {
  const values = new Map<string, string>();
  for (const { key, value } of variables) values.set(key, value);
  return values;
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
