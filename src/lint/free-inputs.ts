import { inputTypeOf } from "../engine/contract/index.ts";
import type { InputDeclaration } from "./inputs.ts";

/**
 * True if a caller may give an input text that means something to a shell: a string without options and without a regex that
 * keeps the dangerous characters out, or an array.
 */
export function isFree(input: InputDeclaration): boolean {
  if (inputTypeOf(input.type)?.words) return false;
  if (input.options !== undefined) return false;
  const regex = input.entry("regex")?.value;
  return typeof regex !== "string" || !isTight(regex);
}

/** True if the values of an input are single words without shell characters. */
export function isWordInput(input: InputDeclaration): boolean {
  if (inputTypeOf(input.type)?.words) return true;
  return input.options?.every((option) => /^[\w./:@%+,-]+$/.test(String(option))) ?? false;
}

/** A regex that is anchored at both ends and can match no shell character: no dot, no negated class, no white space or quote. */
function isTight(regex: string): boolean {
  if (!/^\(?\^/.test(regex) || !/\$\)?$/.test(regex)) return false;
  const body = regex.replace(/^\(?\^/, "").replace(/\$\)?$/, "");
  const withoutEscapes = body.replace(/\\[dw.+*?()[\]{}^/@:-]/g, "");
  if (/\\|\[\^/.test(withoutEscapes)) return false;
  const withoutClasses = withoutEscapes.replace(/\[[^\]]*\]/g, (set) =>
    /[;&|`$'"<>\s]/.test(set) ? ";" : "",
  );
  return !/[.;&`$'"<>\s]/.test(withoutClasses);
}
