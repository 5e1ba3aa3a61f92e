import type { EventName, InputError } from "../src/catalog/judge.ts";
import { readValue, snippetOf } from "../src/catalog/snippet.ts";
import type { JsonValue } from "../src/engine/yaml/index.ts";
import { find, load, make } from "./page.ts";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Milliseconds of rest after which the engine judges what was typed. */
const REST = 120;

const form = find<HTMLFormElement>("form");
const fields = [...form.querySelectorAll<Field>("[data-input]")];
/** Fields whose faults may be shown: nobody wants to be scolded for what they have not come to yet. */
const touched = new Set<Field>();
let timer = 0;
/** Stages that the snippet has to declare for the inputs, as far as the engine has judged them. */
let stages = globalThis.berthComponent.stages;

/** Builds the include while the form is filled in, has the engine judge it, and redraws the pipeline. */
export function startForm(): void {
  form.addEventListener("focusin", () => void loadEngine());
  form.addEventListener("input", ({ target }) => changed(target as Field));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    touched.clear();
    setTimeout(changed);
  });
  find("event").addEventListener("change", () => void judge());
  find("copy").addEventListener("click", () => void copy());
  addEventListener("hashchange", showTarget);
  showTarget();
  // The browser may have kept values from before "back".
  if (fields.some((field) => givenValue(field) !== undefined)) changed();
  else showSnippet();
}

function changed(field?: Field): void {
  if (field) touched.add(field);
  showSnippet();
  clearTimeout(timer);
  timer = window.setTimeout(() => void judge(), REST);
}

/** The value that a field gives to its input; undefined where it is the default's. */
function givenValue(field: Field): JsonValue | undefined {
  const type = field.dataset.type ?? "string";
  if (field instanceof HTMLInputElement && field.type === "checkbox")
    return field.checked === field.defaultChecked ? undefined : field.checked;
  const mayBeAbsent = "required" in field.dataset || "conditional" in field.dataset;
  if (field.value === "" && (mayBeAbsent || (field instanceof HTMLSelectElement && noDefault(field))))
    return undefined;
  return field.value === initialValue(field) ? undefined : readValue(type, field.value);
}

function initialValue(field: Exclude<Field, HTMLInputElement> | HTMLInputElement): string {
  if (!(field instanceof HTMLSelectElement)) return field.defaultValue;
  return ([...field.options].find((each) => each.defaultSelected) ?? field.options[0])?.value ?? "";
}

function noDefault(field: HTMLSelectElement): boolean {
  return ![...field.options].some((each) => each.defaultSelected);
}

function given(): Map<string, JsonValue> {
  const values = new Map<string, JsonValue>();
  for (const field of fields) {
    const value = givenValue(field);
    field
      .closest(".field")
      ?.classList.toggle("changed", value !== undefined && !("required" in field.dataset));
    if (value !== undefined) values.set(field.dataset.input ?? "", value);
  }
  return values;
}

function showSnippet(): void {
  const values = given();
  const missing = fields
    .filter((field) => "required" in field.dataset)
    .map((field) => field.dataset.input ?? "")
    .filter((name) => !values.has(name));
  const version = find<HTMLSelectElement>("version").value;
  find("snippet").textContent = snippetOf({
    address: form.dataset.address ?? "",
    version,
    given: values,
    missing,
    stages,
  });
}

async function loadEngine(): Promise<void> {
  await load("../assets/engine.js");
}

async function judge(): Promise<void> {
  await loadEngine();
  const event = document.querySelector<HTMLInputElement>("#event :checked")?.value as EventName;
  const verdict = globalThis.berthEngine.judge(
    globalThis.berthComponent.outline,
    Object.fromEntries(given()),
    event,
  );
  showErrors(verdict.errors);
  stages = verdict.stages;
  showSnippet();
  find("picture").innerHTML = verdict.picture;
  find("notes").replaceChildren(...verdict.notes.map((note) => make("p", note)));
}

/** A message that names an input stands at its field; what is missing is only counted until its field was touched. */
function showErrors(errors: readonly InputError[]): void {
  for (const field of fields) {
    const own = errors.filter((error) => error.input === field.dataset.input);
    const isShown = own.length > 0 && (touched.has(field) || givenValue(field) !== undefined);
    find(`${field.id}-problem`).textContent = isShown
      ? own.map((error) => withPattern(error)).join("; ")
      : "";
    if (isShown) field.setAttribute("aria-invalid", "true");
    else field.removeAttribute("aria-invalid");
  }
  const verdict = find("verdict");
  const general = errors.filter((error) => error.input === null).map((error) => error.message);
  const names = [...new Set(errors.flatMap((error) => error.input ?? []))];
  const faults = names.length > 0 ? [`GitLab would refuse: ${names.join(", ")}`] : [];
  verdict.textContent =
    errors.length > 0 ? [...faults, ...general].join("; ") : "GitLab would accept these inputs.";
  verdict.className = errors.length > 0 ? "verdict bad" : "verdict good";
}

/** GitLab does not say which pattern it means. */
function withPattern({ message, pattern }: InputError): string {
  return pattern === undefined ? message : `${message} ${pattern}`;
}

async function copy(): Promise<void> {
  const snippet = find("snippet");
  try {
    await navigator.clipboard.writeText(`${snippet.textContent}\n`);
    find("copied").textContent = "Copied";
  } catch {
    // A page from a folder may have no clipboard: the keyboard can copy what is selected.
    getSelection()?.selectAllChildren(snippet);
    find("copied").textContent = "Selected: press Ctrl+C";
  }
  setTimeout(() => {
    find("copied").textContent = "";
  }, 4000);
}

/** A link from the table to a field opens what the field is folded into. */
function showTarget(): void {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!target?.dataset.input) return;
  const folded = target.closest("details");
  if (folded) folded.open = true;
  target.scrollIntoView({ block: "center" });
  target.focus();
}
