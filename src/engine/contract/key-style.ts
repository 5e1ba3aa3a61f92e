import type { InspectOptions } from "../yaml/index.ts";

/**
 * How GitLab keeps the keys of maps inside an input's value. It shows in two ways: `symbol` keys (a value given by an
 * include) are printed as `:key=>`, and `text` keys (parsed from JSON text) cannot be reached by `inputs.list[0].key`.
 * `indifferent` keys (of defaults) are printed as text and can be reached.
 */
export type KeyStyle = "symbol" | "indifferent" | "text";

/** How such keys are printed. */
export function keyStyleOptions(keys: KeyStyle): InspectOptions {
  return { symbolKeys: keys === "symbol" };
}
