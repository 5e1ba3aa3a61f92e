/** The first page: narrows the list to the components that hold every word of the search, those whose name does first. `/` goes to the field. */
const field = document.querySelector<HTMLInputElement>("#search");
const count = document.querySelector<HTMLElement>("#count");
const list = document.querySelector<HTMLElement>("#components");
const cards = [...document.querySelectorAll<HTMLElement>("#components > li")];
const entries = cards.map((card) => ({
  card,
  name: (card.dataset.name ?? "").toLowerCase(),
  parts: (card.dataset.parts ?? "").split(" ").filter(Boolean),
  text: `${card.textContent} ${card.dataset.parts} ${card.dataset.words}`.toLowerCase(),
}));

field?.addEventListener("input", narrow);
field?.form?.addEventListener("submit", (event) => {
  event.preventDefault();
  linkOf(shown()[0])?.click();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "/" && !(event.target instanceof HTMLInputElement)) {
    event.preventDefault();
    field?.focus();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    walk(event.key === "ArrowDown" ? 1 : -1, event);
  }
});
// The browser may have kept what was typed before "back".
narrow();

function narrow(): void {
  const words = (field?.value ?? "").toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter(({ text }) => words.every((word) => text.includes(word)));
  const isNamed = ({ name }: (typeof entries)[number]) => words.some((word) => name.includes(word));
  const ordered =
    words.length === 0 ? found : [...found].sort((a, b) => Number(isNamed(b)) - Number(isNamed(a)));
  for (const { card } of entries) card.hidden = true;
  for (const entry of ordered) {
    entry.card.hidden = false;
    list?.append(entry.card);
    showParts(entry, words);
  }
  if (count) count.textContent = found.length === 1 ? "1 component" : `${found.length} components`;
}

/** Names the inputs and jobs that the search means, where the card itself does not. */
function showParts({ card, parts }: (typeof entries)[number], words: readonly string[]): void {
  const place = card.querySelector<HTMLElement>(".found");
  if (!place) return;
  const found = parts.filter((part) =>
    words.some((word) => word.length > 1 && part.toLowerCase().includes(word)),
  );
  place.hidden = found.length === 0;
  place.textContent =
    found.length > 0 ? `has ${found.slice(0, 5).join(", ")}${found.length > 5 ? ", …" : ""}` : "";
}

function shown(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>("#components > li:not([hidden])")];
}

function linkOf(card: HTMLElement | undefined): HTMLAnchorElement | null {
  return card?.querySelector("a") ?? null;
}

/** Arrow keys lead from the field through the results and back. */
function walk(step: number, event: KeyboardEvent): void {
  const places = [field, ...shown().map(linkOf)];
  const at = places.indexOf(document.activeElement as HTMLAnchorElement);
  if (at < 0) return;
  event.preventDefault();
  places[Math.max(0, Math.min(places.length - 1, at + step))]?.focus();
}
