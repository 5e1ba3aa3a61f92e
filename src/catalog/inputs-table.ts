import { type Html, html } from "./html.ts";
import type { CatalogComponent, CatalogInput } from "./model.ts";

/** Returns the table of a component's inputs. Each name leads to its field in the form. */
export function renderInputs({ inputs }: CatalogComponent): Html {
  if (inputs.length === 0) return html`<p>This component has no inputs.</p>`;
  return html`<div class="scroll" tabindex="0"><table class="inputs">
<thead><tr><th scope="col">Name</th><th scope="col">Description</th><th scope="col">Type</th><th scope="col">Default</th><th scope="col">Allowed</th><th scope="col">Since</th></tr></thead>
<tbody>
${inputs.map(
  (input) => html`<tr><th scope="row"><a href="#input-${input.name}"><code>${input.name}</code></a></th>
<td data-label="Description">${input.description}</td><td data-label="Type">${input.type}</td><td data-label="Default">${renderDefault(input)}</td><td data-label="Allowed">${renderAllowed(input)}</td><td data-label="Since">${input.since ?? "unreleased"}</td></tr>
`,
)}</tbody></table></div>`;
}

function renderDefault(input: CatalogInput): Html {
  if (input.required) return html`<span class="required">required</span>`;
  if (input.rules !== undefined) return html`depends on other inputs`;
  if (input.default === "") return html`empty`;
  return html`<code>${literal(input.default)}</code>`;
}

function renderAllowed({ options, regex, rules }: CatalogInput): Html {
  if (options !== undefined) return html`${options.map((each) => html`<code>${literal(each)}</code> `)}`;
  if (regex !== undefined) return html`matches <code>${regex}</code>`;
  if (rules === undefined) return html`any`;
  return html`<ul class="rules">${rules.map((rule) => renderRule(rule as Rule))}</ul>`;
}

interface Rule {
  readonly if?: string;
  readonly options?: readonly unknown[];
  readonly default?: unknown;
}

function renderRule(rule: Rule): Html {
  const options = rule.options?.map((each) => html`<code>${literal(each)}</code> `) ?? [];
  return html`<li>${rule.if === undefined ? "otherwise" : html`if <code>${rule.if}</code>`}: ${options}${
    rule.default !== undefined && html`default <code>${literal(rule.default)}</code>`
  }</li>`;
}

/** A value as YAML would show it. */
export function literal(value: unknown): string {
  return typeof value === "string" && value !== "" ? value : JSON.stringify(value ?? null);
}
