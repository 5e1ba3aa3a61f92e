import { find, load, make, ownName } from "./page.ts";

/** Shows what changed between the two versions that the form names. */
export async function showChanges(place: HTMLElement): Promise<void> {
  const [from, to] = ["from", "to"].map((id) => find<HTMLSelectElement>(id).value);
  await load(`${ownName()}.changes.js`);
  const { versions, interfaces, messages, changes } = globalThis.berthChanges;
  const [older, newer] = [from, to].map((each) => interfaces[versions.indexOf(each ?? "")] ?? 0) as [
    number,
    number,
  ];
  if (older < newer) {
    place.replaceChildren(make("p", `${from} is the newer one: choose it on the right.`, "quiet"));
    return;
  }
  const numbers = changes[`${older}-${newer}`] ?? [];
  place.replaceChildren(listOf(numbers.map((number) => messages[number] ?? ["", ""])));
}

function listOf(changes: readonly (readonly [string, string])[]): HTMLElement {
  if (changes.length === 0) return make("p", "Nothing that a consumer could notice.", "quiet");
  const list = make("ul", "", "changes");
  for (const [level, message] of changes) {
    const item = make("li");
    item.append(make("span", level, `level ${level}`), " ", make("span", message));
    list.append(item);
  }
  return list;
}
