/** A script text that a shell can read, with every `$[[ … ]]` replaced by something of the same width. */
export interface MaskedText {
  readonly text: string;
  /** What a placeholder stands for: the variable's name to the block. */
  readonly names: ReadonlyMap<string, string>;
}

const block = /\$\[\[(.*?)\]\]/gs;

/**
 * Replaces each block by a variable expansion of the same width, so that columns stay true: `$[[ inputs.x ]]` becomes
 * `${INPUTS_X____}`. `isWord` tells of an expression that its value is one harmless word (a number, a boolean, one of
 * some plain options): it becomes the length expansion `${#…}`, which no shell splits or globs.
 */
export function maskBlocks(text: string, isWord: (expression: string) => boolean): MaskedText {
  const names = new Map<string, string>();
  const masked = text.replace(block, (whole: string, inner: string) => {
    const open = isWord(inner.trim()) ? "${#" : "${";
    const name = variableName(inner, whole.length - open.length - 1);
    names.set(name, whole);
    return `${open}${name}}`;
  });
  return { text: masked, names };
}

/** Replaces each block by a bare word of the same width, for blocks inside a name: `$PREFIX_$[[ inputs.x ]]`, `${$[[ … ]]}`. */
export function maskBlocksAsWords(text: string): MaskedText {
  const names = new Map<string, string>();
  const masked = text.replace(block, (whole: string, inner: string) => {
    const name = variableName(inner, whole.length);
    names.set(name, whole);
    return name;
  });
  return { text: masked, names };
}

/** A shell name of exactly `width` characters, upper case as environment variables are. */
function variableName(inner: string, width: number): string {
  const plain = inner
    .trim()
    .toUpperCase()
    .replace(/[^A-Z0-9]+/g, "_")
    .replace(/^(?=[0-9])/, "_");
  return plain.slice(0, width).padEnd(width, "_");
}
