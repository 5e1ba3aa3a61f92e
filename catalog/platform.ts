import * as re2js from "re2js";

/*
 * The little that the engine takes from Node.js, for the browser. The build puts this in the place of the globals `process` and `Buffer`.
 */

/** The modules that the engine loads when it needs them; the only one that it requires is RE2's. */
const MODULES: Readonly<Record<string, unknown>> = {
  "node:module": { createRequire: () => () => re2js },
  "node:util": { isDeepStrictEqual },
  "node:crypto": { createHash },
};

export const process = { getBuiltinModule: (name: string): unknown => MODULES[name] };

/** Whether two values of plain data are the same all the way down. */
function isDeepStrictEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every(
      (name) =>
        Object.hasOwn(other, name) &&
        isDeepStrictEqual((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
    )
  );
}

/** Only `include:remote` with `integrity` is hashed, and no page follows a remote include. */
function createHash(): never {
  throw new Error("a page follows no remote include");
}

/** Bytes, as far as the engine handles them: `!!binary` values, and the sizes of texts. */
class Bytes extends Uint8Array {
  override toString(encoding?: string): string {
    if (encoding !== "base64") return new TextDecoder().decode(this);
    return btoa(Array.from(this, (byte) => String.fromCharCode(byte)).join(""));
  }

  equals(other: Uint8Array): boolean {
    return this.length === other.length && this.every((byte, index) => byte === other[index]);
  }
}

export const Buffer = {
  byteLength: (text: string): number => new TextEncoder().encode(text).length,
  from: (content: string | Uint8Array, encoding?: string): Bytes => {
    if (typeof content !== "string") return new Bytes(content);
    if (encoding !== "base64") return new Bytes(new TextEncoder().encode(content));
    const characters = atob(content.replace(/[^A-Za-z0-9+/]/g, ""));
    return new Bytes(Array.from(characters, (character) => character.charCodeAt(0)));
  },
};
