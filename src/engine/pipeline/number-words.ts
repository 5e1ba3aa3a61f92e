/*
 * Numbers in words, as the gem numerizer (0.1) reads them: "one hour" is "1 hour", "twenty five minutes" is "25 minutes". It replaces
 * one word after the other, in this order, and parts of words too.
 */

const DIRECT: Readonly<Record<string, number>> = {
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  ninteen: 19,
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
};
const WORD = new RegExp(`(?<!\\w)(?:${Object.keys(DIRECT).join("|")})(?!\\w)`, "gi");

const TENS: readonly (readonly [string, number])[] = [
  ["twenty", 20],
  ["thirty", 30],
  ["forty", 40],
  ["fourty", 40],
  ["fifty", 50],
  ["sixty", 60],
  ["seventy", 70],
  ["eighty", 80],
  ["ninety", 90],
];

const BIG: readonly (readonly [string, number])[] = [
  ["hundred", 100],
  ["thousand", 1000],
  ["million", 1_000_000],
  ["billion", 1_000_000_000],
  ["trillion", 1_000_000_000_000],
];

/** A text with its numbers in digits. */
export function numberWordsInDigits(text: string): string {
  let result = text.replace(/ +|([^\d])-([^\d])/g, "$1 $2").replace(/a half/g, "haAlf");
  result = result.replace(WORD, (word) => `<num>${DIRECT[word.toLowerCase()]}`);
  for (const [word, value] of TENS) {
    result = result.replace(
      new RegExp(`(?<!\\w)${word} *<num>(\\d(?=[^\\d]|$))*`, "gim"),
      (_, digit?: string) => {
        return `<num>${value + Number(digit ?? 0)}`;
      },
    );
  }
  for (const [word, value] of TENS)
    result = result.replace(new RegExp(`(?<!\\w)${word}(?!\\w)`, "gi"), `<num>${value}`);
  for (const [word, value] of BIG) {
    result = result.replace(new RegExp(`(?:<num>)?(\\d*) *${word}`, "gi"), (_, digits: string) => {
      return digits === "" ? String(value) : `<num>${BigInt(value) * BigInt(digits)}`;
    });
    result = added(result);
  }
  return result
    .replace(/(\d+)(?: | and |-)*haAlf/gi, (_, whole: string) => String(Number(whole) + 0.5))
    .replace(/<num>/g, "");
}

/** "one hundred and five": numbers that follow each other are added up where the first is the longer one, or an "and" is between. */
function added(text: string): string {
  const pair = /<num>(\d+)( | and )<num>(\d+)(?=[^\w]|$)/gim;
  let result = text;
  for (let found = pair.exec(result); found; found = pair.exec(result)) {
    const [whole, first = "", between = "", second = ""] = found;
    if (!/and/.test(between) && first.length <= second.length) continue;
    const sum = `<num>${BigInt(first) + BigInt(second)}`;
    result = result.slice(0, found.index) + sum + result.slice(found.index + whole.length);
    pair.lastIndex = 0;
  }
  return result;
}
