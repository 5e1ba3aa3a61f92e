const codes = {
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
  dim: 2,
  bold: 1,
} as const;

/** Writes a text in a colour, or as it is. */
export type Paint = (name: keyof typeof codes, text: string) => string;

/** A painter for a terminal that shows colours, or for one that does not. */
export function painter(colour: boolean): Paint {
  return (name, text) => (colour ? `\u001b[${codes[name]}m${text}\u001b[0m` : text);
}
