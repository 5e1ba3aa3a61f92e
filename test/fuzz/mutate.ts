/** A random source with a seed (mulberry32): the same seed gives the same documents on every machine. */
export function randomSource(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** What gets inserted: indicators of YAML, parts of contracts and blocks, line breaks of all kinds, odd characters. */
const FRAGMENTS = [
  ..."-?:,[]{}#&*!|>'\"%@`~=\\\t\r\u0085\u2028\ufeff\u0000\ud800é🚀",
  "\n",
  "\n  ",
  "- ",
  ": ",
  "---\n",
  "...\n",
  "&a ",
  "*a",
  "<<: *a",
  "!reference [a, b]",
  "!!binary //",
  "!!float x",
  "|2-\n",
  "$[[ inputs.x ]]",
  "$[[ inputs.a[0].b | truncate(0,2) ]]",
  "$[[",
  "]]",
  "| expand_vars",
  "spec:\n  inputs:\n    x:\n      type: array\n---\n",
  "default: null",
  "rules: [{if: '$A', default: x}]",
  "options: [1, x]",
  "regex: '(a+)+$'",
  "extends: [a, b]",
  "include: {local: a.yml}",
  "needs: [a]",
  "parallel: {matrix: [{A: [1, 2]}]}",
  "1e999",
  "9".repeat(40),
] as const;

/** Changes a text in one to four places: inserts, deletes, repeats or joins in a piece of another text. */
export function mutate(text: string, others: readonly string[], random: () => number): string {
  const index = (length: number) => Math.floor(random() * length);
  let changed = text;
  for (let count = 1 + index(4); count > 0; count--) {
    const at = index(changed.length + 1);
    const head = changed.slice(0, at);
    const tail = changed.slice(at);
    const kind = random();
    if (kind < 0.55) changed = head + FRAGMENTS[index(FRAGMENTS.length)] + tail;
    else if (kind < 0.75) changed = head + tail.slice(1 + index(6));
    else if (kind < 0.9) changed = head + changed.slice(index(at + 1), at) + tail;
    else {
      const other = others[index(others.length)] ?? "";
      changed = head + other.slice(index(other.length)) + tail;
    }
  }
  return changed.slice(0, 20_000);
}
