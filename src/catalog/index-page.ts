import { type Html, html } from "./html.ts";
import { renderPage, stageChips } from "./layout.ts";
import type { CatalogComponent, CatalogIndex } from "./model.ts";

/** Returns the site's first page: all components, and a search over names, descriptions, inputs and jobs. */
export function renderIndexPage({ project, components }: CatalogIndex, isLive: boolean): string {
  return renderPage({
    title: `${project.name}: CI/CD components`,
    description: project.description,
    root: "",
    home: project.name,
    isLive,
    scripts: ["assets/search.js"],
    body: html`<div class="hero">
<h1>${project.name}</h1>
<p class="lead">${project.description}</p>
<p class="facts">${project.latest === null ? html`<span>not released yet</span>` : html`<span>newest release <strong>${project.latest}</strong></span>`}${
      project.url !== null && html`<a href="${project.url}">project on GitLab</a>`
    }<a href="catalog.json">catalog.json</a></p>
<form class="search" role="search">
<label for="search">Search components, inputs and jobs</label>
<input id="search" type="search" autocomplete="off" spellcheck="false" aria-keyshortcuts="/" aria-describedby="count">
<kbd aria-hidden="true">/</kbd>
</form>
</div>
<p class="quiet" id="count" role="status">${counted(components.length, "component")}</p>
<ul class="cards" id="components">
${components.map(renderCard)}</ul>`,
  });
}

function renderCard(component: CatalogComponent): Html {
  const { name, description, stages, inputs, jobs } = component;
  return html`<li class="card" data-name="${name}" data-parts="${partsOf(component)}" data-words="${wordsOf(component)}">
<h2><a href="components/${encodeURIComponent(name)}.html">${name}</a></h2>
<p>${description}</p>
<p class="facts">${stageChips(stages)}<span>${counted(inputs.length, "input")}</span><span>${counted(jobs.length, "job")}</span></p>
<p class="found" hidden></p>
</li>
`;
}

/** Names that a search shows when it finds them. */
function partsOf({ inputs, jobs }: CatalogComponent): string {
  return [...inputs, ...jobs].map((each) => each.name).join(" ");
}

/** The words of the inputs' descriptions, each once: a search finds them at a fraction of the text's size. */
function wordsOf({ name, description, inputs }: CatalogComponent): string {
  const shown = new Set(wordsIn(`${name} ${description}`));
  return [...new Set(inputs.flatMap((each) => wordsIn(each.description)))]
    .filter((word) => word.length > 2 && !shown.has(word))
    .join(" ");
}

function wordsIn(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}_.-]*[\p{L}\p{N}_]/gu) ?? [];
}

function counted(count: number, thing: string): string {
  return `${count} ${count === 1 ? thing : `${thing}s`}`;
}
