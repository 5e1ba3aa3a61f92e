import type { PlannedVariable } from "./plan.ts";

/** A CI/CD variable of the project or the pipeline, as one sets it in GitLab. */
export interface CiVariable {
  readonly key: string;
  readonly value: string;
  /** `file`: the job gets the path of a file with this content. */
  readonly type: "variable" | "file";
  /** Its value never shows in a trace. */
  readonly masked: boolean;
  /** `$` in the value is just a character ("expand variable reference" switched off). */
  readonly raw: boolean;
}

/**
 * The variables of one job with every reference resolved, as GitLab Runner does: `$name`, `${name}` and `%name%` become
 * the value, what is not defined becomes nothing, `$$` is one `$`; raw values stay as they are. Later entries win.
 * A variable that refers to itself, directly or in a circle, sees nothing there.
 */
export function expandVariables(variables: readonly PlannedVariable[]): Map<string, string> {
  const last = new Map<string, PlannedVariable>();
  for (const variable of variables) {
    last.delete(variable.key);
    last.set(variable.key, variable);
  }
  const done = new Map<string, string>();
  // What stands in a circle depends on where one came from: it is worked out anew each time.
  const circular = new Set<string>();
  const resolve = (key: string, path: readonly string[]): string => {
    const known = done.get(key);
    if (known !== undefined) return known;
    const variable = last.get(key);
    if (path.includes(key)) for (const each of path) circular.add(each);
    if (variable === undefined || path.includes(key)) return "";
    const value = variable.raw
      ? variable.value
      : expandText(variable.value, (name) => resolve(name, [...path, key]));
    if (!circular.has(key)) done.set(key, value);
    return value;
  };
  return new Map([...last.keys()].map((key) => [key, resolve(key, [])]));
}

/** A text with its variable references replaced; see {@link expandVariables} for the forms. */
export function expandText(text: string, lookUp: (name: string) => string): string {
  return text.replace(
    /\$\$|\$(?<plain>[A-Za-z_]\w*)|\$\{(?<braced>[A-Za-z_]\w*)\}|%(?<percent>[A-Za-z_]\w*)%/g,
    (whole, ...rest) => {
      if (whole === "$$") return "$";
      const groups = rest.at(-1) as Record<string, string | undefined>;
      return lookUp(groups.plain ?? groups.braced ?? groups.percent ?? "");
    },
  );
}
