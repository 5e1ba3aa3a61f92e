import { CODES, type Code, type FactsOf } from "./codes.ts";

/** The one place where facts become words: GitLab's, without the name of what they speak of. */
export function say<C extends Code>(code: C, facts: FactsOf<C>): string {
  return (CODES[code].says as (facts: FactsOf<C>) => string)(facts);
}
