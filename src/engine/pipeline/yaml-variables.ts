/** A variable as a configuration defines it. */
export interface VariableData {
  readonly value: string;
  readonly raw?: boolean;
  readonly description?: unknown;
  readonly options?: unknown;
}

/** A variable that a job gets from the configuration. */
export interface YamlVariable {
  readonly key: string;
  readonly value: string;
  readonly raw?: boolean;
}

/** A job's variables over those of the whole file, as far as the job's `inherit:variables` lets them through. */
export function inheritVariables(
  global: ReadonlyMap<string, VariableData>,
  own: ReadonlyMap<string, VariableData | string>,
  inheritance: unknown,
): YamlVariable[] {
  const result = new Map<string, YamlVariable>();
  for (const [key, data] of own) result.set(key, toYamlVariable(key, data));
  for (const [key, data] of global) {
    const inherited = inheritance === true || (Array.isArray(inheritance) && inheritance.includes(key));
    if (inherited && !result.has(key)) result.set(key, toYamlVariable(key, data));
  }
  return [...result.values()];
}

function toYamlVariable(key: string, data: VariableData | string): YamlVariable {
  if (typeof data === "string") return { key, value: data };
  return { key, value: data.value, ...(data.raw !== undefined && { raw: data.raw }) };
}
