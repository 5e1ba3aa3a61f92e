/** Returns the element with the id, which the page must have. */
export function find<Kind extends HTMLElement = HTMLElement>(id: string): Kind {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element #${id}`);
  return found as Kind;
}

/** Makes an element with a text. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text = "",
  className = "",
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

const loaded = new Map<string, Promise<void>>();

/** Runs a script of the site, once: a page from a folder can load its data in no other way. */
export function load(source: string): Promise<void> {
  const known = loaded.get(source);
  if (known) return known;
  const loading = new Promise<void>((resolve, reject) => {
    const script = make("script");
    script.src = source;
    script.onload = () => resolve();
    script.onerror = () => reject(new Error(`cannot load ${source}`));
    document.head.append(script);
  });
  loaded.set(source, loading);
  return loading;
}

/** The page's own name without `.html`: its data stands beside it. */
export function ownName(): string {
  return (
    location.pathname
      .split("/")
      .at(-1)
      ?.replace(/\.html$/, "") ?? ""
  );
}
