import { renderBuilder } from "./builder.ts";
import type { ComponentMaterial } from "./component.ts";
import { type Html, html, trusted } from "./html.ts";
import { renderInputs } from "./inputs-table.ts";
import { EVENTS } from "./judge.ts";
import { codeBlock, renderPage, stageChips } from "./layout.ts";
import { type ResolveLink, renderGuide } from "./markdown.ts";
import type { CatalogComponent, CatalogIndex, CatalogJob, CatalogProject } from "./model.ts";
import { renderVersions } from "./versions-section.ts";

interface Section {
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** Returns a component's page: the form that builds its include, the pipeline, inputs, jobs, guide, examples, versions. */
export function renderComponentPage(
  index: CatalogIndex,
  material: ComponentMaterial,
  isLive: boolean,
): string {
  const { project } = index;
  const { entry } = material;
  const sections = sectionsOf(index, material);
  return renderPage({
    title: `${entry.name} · ${project.name}`,
    description: entry.description,
    root: "../",
    home: project.name,
    isLive,
    scripts: [`components/${encodeURIComponent(entry.name)}.data.js`, "assets/component.js"],
    body: html`<div class="split">
<div class="aside"><nav class="contents" aria-label="On this page"><ol>
${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>\n`)}</ol></nav>
<nav class="contents others" aria-label="Components"><ul>
${index.components.map(({ name }) => html`<li><a href="${encodeURIComponent(name)}.html"${name === entry.name ? trusted(' aria-current="page"') : ""}>${name}</a></li>\n`)}</ul></nav></div>
<article>
<h1>${entry.name}</h1>
<p class="lead">${entry.description}</p>
<p class="facts">${entry.history[0] && html`<span>release <strong>${entry.history[0].tag}</strong></span>`}${stageChips(entry.stages)}${sourceLink(project, entry.file)}</p>
${sections.map(({ id, title, body }) => html`<section aria-labelledby="${id}">\n<h2 id="${id}">${title}</h2>\n${body}\n</section>\n`)}</article>
</div>`,
  });
}

function sectionsOf({ project, components }: CatalogIndex, material: ComponentMaterial): Section[] {
  const { entry, guide } = material;
  const names = new Set(components.map((each) => each.name));
  const sections: (Section | false | undefined)[] = [
    { id: "use", title: "Use it", body: renderBuilder(project, material) },
    { id: "pipeline", title: "Pipeline", body: renderPipeline(material) },
    entry.examples.length > 0 && {
      id: "examples",
      title: "Examples",
      body: html`${entry.examples.map(codeBlock)}`,
    },
    { id: "inputs", title: "Inputs", body: renderInputs(entry) },
    entry.jobs.length > 0 && { id: "jobs", title: "Jobs", body: renderJobs(entry, project) },
    guide && {
      id: "guide",
      title: "Guide",
      body: html`<div class="guide">${renderGuide(guide, 3, linksOf(names, project))}</div>`,
    },
    { id: "versions", title: "Versions", body: renderVersions(material) },
  ];
  return sections.filter((each): each is Section => Boolean(each));
}

function renderPipeline({ event, picture, notes }: ComponentMaterial): Html {
  return html`<fieldset class="choice" id="event"><legend>The jobs of</legend>
${Object.entries(EVENTS).map(
  ([name, label]) =>
    html`<label><input type="radio" name="event" value="${name}"${name === event ? trusted(" checked") : ""}><span>${label}</span></label>\n`,
)}</fieldset>
<div class="picture" id="picture" tabindex="0" role="img" aria-label="Stages, jobs and needs of the pipeline; the jobs are listed below">${trusted(picture)}</div>
<p class="quiet legend">Dashed: waits for a person. An arrow: does not wait for its stage, only for that job.</p>
<div class="notes" id="notes" role="status">${notes.map((note) => html`<p>${note}</p>`)}</div>`;
}

function renderJobs({ jobs, inputs, file }: CatalogComponent, project: CatalogProject): Html {
  const isMadeUp = inputs.some((each) => each.required);
  return html`${isMadeUp && html`<p class="quiet">With the defaults, and with made-up values for the required inputs.</p>\n`}${jobs.map(
    (
      job,
      index,
    ) => html`<details class="job" data-script="${index}"><summary><code>${job.name}</code> <span class="chip">${job.stage}</span>${
      job.runs.length > 0 && job.runs.every((each) => each.manual) && html` <span class="chip">by hand</span>`
    }</summary>
<dl>
<dt>Runs for</dt><dd>${runsOf(job)}</dd>
${job.image !== null && html`<dt>Image</dt><dd><code>${job.image}</code></dd>\n`}${
  job.needs.length > 0 &&
  html`<dt>Needs</dt><dd>${job.needs.map((need) => html`<code>${need}</code> `)}</dd>\n`
}${job.environment !== null && html`<dt>Environment</dt><dd><code>${job.environment}</code></dd>\n`}<dt>Script</dt><dd>${
      job.lines === 0 ? "none" : job.lines === 1 ? "1 line" : `${job.lines} lines`
    }${sourceLink(project, file)}</dd>
</dl>
<div class="script"></div>
</details>
`,
  )}`;
}

function runsOf({ runs }: CatalogJob): string {
  if (runs.length === 0) return "none of the usual pipelines: its rules ask for more";
  return runs.map((each) => each.event + (each.manual ? " (by hand)" : "")).join(", ");
}

function sourceLink({ url, latest }: CatalogProject, file: string): Html | false {
  return url !== null && html` <a href="${url}/-/blob/${latest ?? "HEAD"}/${file}">${file}</a>`;
}

/** A link to another component's guide stays on the site; every other path is a file of the project. */
function linksOf(names: ReadonlySet<string>, { url, latest }: CatalogProject): ResolveLink {
  return (path) => {
    const name = /^(?:docs\/(?:components\/)?([^/]+)\.md|templates\/([^/]+)\/README\.md)$/.exec(path);
    const component = name?.[1] ?? name?.[2];
    if (component !== undefined && names.has(component)) return `${encodeURIComponent(component)}.html`;
    if (url === null || path.startsWith("..")) return undefined;
    return `${url}/-/blob/${latest ?? "HEAD"}/${path}`;
  };
}
