import type { ComponentMaterial } from "./component.ts";
import { type Html, html, trusted } from "./html.ts";
import { literal } from "./inputs-table.ts";
import type { CatalogInput, CatalogProject } from "./model.ts";
import { snippetOf, textOf } from "./snippet.ts";

/** So many optional inputs are shown at once: authors name the important ones first. */
const FEW = 5;

/** Returns the form that builds a component's include, and the include itself. */
export function renderBuilder(project: CatalogProject, { entry, stages }: ComponentMaterial): Html {
  const versions = versionsOf(project);
  const required = entry.inputs.filter((each) => each.required);
  const optional = entry.inputs.filter((each) => !each.required);
  // A fold for one or two is not worth it.
  const shown = optional.length > FEW + 2 ? FEW : optional.length;
  const folded = optional.slice(shown);
  const snippet = snippetOf({
    address: entry.address,
    version: versions[0]?.[0] ?? "",
    given: new Map(),
    missing: required.map((each) => each.name),
    stages,
  });
  return html`<div class="builder">
<form id="form" data-address="${entry.address}" autocomplete="off" novalidate>
<div class="field"><label for="version">version</label>
<select id="version">${versions.map(([version, label]) => html`<option value="${version}">${label}</option>`)}</select></div>
${required.map(renderField)}${optional.slice(0, shown).map(renderField)}${
  folded.length > 0 &&
  html`<details class="optional"><summary>${folded.length} more inputs</summary>
${folded.map(renderField)}</details>
`
}</form>
<div class="result">
<h3>.gitlab-ci.yml</h3>
<pre tabindex="0"><code id="snippet">${snippet}</code></pre>
<p class="actions"><button class="main" type="button" id="copy">Copy</button> <button type="reset" form="form">Back to the defaults</button> <span id="copied" role="status"></span></p>
<p class="verdict" id="verdict" role="status"></p>
</div>
</div>`;
}

/** What an include may say for the newest release: itself, the moving names that lead to it, or a branch before the first. */
function versionsOf({ latest }: CatalogProject): [string, string][] {
  if (latest === null) return [["main", "main (nothing is released yet)"]];
  const [major, minor] = latest.split(".");
  return [
    [latest, `${latest} (pinned)`],
    [`${major}.${minor}`, `${major}.${minor} (its newest patch)`],
    [`${major}`, `${major} (its newest minor release)`],
    ["~latest", "~latest (also breaking changes)"],
  ];
}

/** The script finds fields by `data-input`; what differs from the field's own first value is what the consumer gives. */
function renderField(input: CatalogInput): Html {
  const id = `input-${input.name}`;
  const described = `${id}-hint ${id}-problem`;
  const marks = html` data-input="${input.name}" data-type="${input.type}"${input.required ? trusted(" data-required") : ""}${
    input.rules !== undefined ? trusted(" data-conditional") : ""
  }`;
  const common = html`id="${id}"${marks} aria-describedby="${described}"${input.required ? trusted(' aria-required="true"') : ""}`;
  const isSwitch = input.type === "boolean" && typeof input.default === "boolean";
  return html`<div class="${isSwitch ? "field switch" : "field"}">
${isSwitch && html`<input type="checkbox" ${common}${input.default === true ? trusted(" checked") : ""}>`}<label for="${id}">${input.name}</label>${
    input.required && html` <span class="required">required</span>`
  }
${!isSwitch && renderControl(input, common)}<p class="hint" id="${id}-hint">${input.description}</p>
<p class="problem" id="${id}-problem"></p>
</div>
`;
}

function renderControl(input: CatalogInput, common: Html): Html {
  const choices = choicesOf(input);
  if (choices !== undefined) {
    const none = input.default === undefined;
    return html`<select ${common}>${none && html`<option value="">${input.required ? "choose…" : "the default"}</option>`}${choices.map(
      (each) =>
        html`<option value="${textOf(each)}"${each === input.default ? trusted(" selected") : ""}>${each === "" ? "(empty)" : literal(each)}</option>`,
    )}</select>\n`;
  }
  const text = textOf(input.default);
  if (input.type === "array") {
    const rows = Math.min(6, Math.max(2, text.split("\n").length));
    return html`<textarea ${common} rows="${rows}" spellcheck="false" placeholder="one entry a line">\n${text}</textarea>\n`;
  }
  const mode = input.type === "number" ? trusted(' inputmode="decimal"') : "";
  return html`<input type="text" ${common}${mode} value="${text}" spellcheck="false" autocapitalize="off">\n`;
}

/** All values that some rule allows, where the options depend on other inputs. */
function choicesOf(input: CatalogInput): CatalogInput["options"] {
  if (input.type === "boolean") return [true, false];
  const byRules = input.rules?.flatMap(
    (rule) => (rule as { options?: CatalogInput["options"] }).options ?? [],
  );
  return input.options ?? (byRules && byRules.length > 0 ? [...new Set(byRules)] : undefined);
}
