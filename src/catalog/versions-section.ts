import type { ComponentMaterial } from "./component.ts";
import { type Html, html, trusted } from "./html.ts";
import type { CatalogChange } from "./model.ts";
import { COMPARED_RELEASES } from "./releases.ts";

/** Returns the versions of a component: what changed between any two, and each release's own changes. */
export function renderVersions({ entry, changes }: ComponentMaterial): Html {
  const { versions } = changes;
  if (entry.history.length === 0) return html`<p>Nothing is released yet.</p>`;
  const [newer = "", before = ""] = versions;
  const older = entry.history.length - COMPARED_RELEASES;
  const options = (selected: string) =>
    versions.map((each) => html`<option${each === selected ? trusted(" selected") : ""}>${each}</option>`);
  return html`${
    versions.length > 1 &&
    html`<form class="row" id="compare"><div class="field"><label for="from">What changed from</label> <select id="from">${options(before)}</select></div>
<div class="field"><label for="to">to</label> <select id="to">${options(newer)}</select></div></form>
<div id="changes" role="status">${renderChanges(messagesOf(changes, before, newer))}</div>
<h3>Releases</h3>
`
  }<ol class="releases">${entry.history.slice(0, COMPARED_RELEASES).map(
    (
      release,
      index,
    ) => html`<li><p><strong>${release.tag}</strong> <time class="quiet">${release.date}</time>${
      index === entry.history.length - 1 && html` <span class="quiet">the first with this component</span>`
    }</p>${index < entry.history.length - 1 && renderChanges(release.changes)}</li>
`,
  )}</ol>${
    older > 0 &&
    html`<p class="quiet">${older} older releases stand in <a href="../catalog.json">catalog.json</a>.</p>`
  }`;
}

function messagesOf(
  { versions, interfaces, messages, changes }: ComponentMaterial["changes"],
  older: string,
  newer: string,
): Pick<CatalogChange, "class" | "message">[] {
  const key = [older, newer].map((each) => interfaces[versions.indexOf(each)]).join("-");
  return (changes[key] ?? []).flatMap((number) => {
    const [kind, message] = messages[number] ?? [];
    return kind !== undefined && message !== undefined ? [{ class: kind, message }] : [];
  });
}

/** So many changes of one release are shown at once. */
const MANY = 12;

function renderChanges(changes: readonly Pick<CatalogChange, "class" | "message">[]): Html {
  if (changes.length === 0) return html`<p class="quiet">Nothing that a consumer could notice.</p>`;
  const list = (some: typeof changes) =>
    html`<ul class="changes">${some.map((each) => html`<li><span class="level ${each.class}">${each.class}</span> ${each.message}</li>`)}</ul>`;
  if (changes.length <= MANY) return list(changes);
  return html`${list(changes.slice(0, MANY))}<details><summary>${changes.length - MANY} more</summary>${list(changes.slice(MANY))}</details>`;
}
