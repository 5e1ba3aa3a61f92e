import { type Html, html } from "./html.ts";

interface Page {
  readonly title: string;
  readonly description: string;
  /** The way from this page to the site's root: `""` or `"../"`. */
  readonly root: string;
  /** The project's name, which leads to the first page. */
  readonly home: string;
  readonly body: Html;
  /** Scripts of the page, as paths from the site's root. */
  readonly scripts: readonly string[];
  /** The page is served for somebody who edits the project: it reloads after a change. */
  readonly isLive: boolean;
}

/**
 * Returns a whole page. Scripts are classic ones, not modules: a browser refuses modules on `file://`, and the site must work from a
 * folder. The policy forbids every request to another address.
 */
export function renderPage({ title, description, root, home, body, scripts, isLive }: Page): string {
  const all = isLive ? [...scripts, "assets/reload.js"] : scripts;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy(isLive)}">
<meta name="description" content="${description}">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}assets/style.css">
${all.map((script) => html`<script defer src="${root}${script}"></script>\n`)}</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="site"><div class="page"><a class="home" href="${root}index.html">${home}</a><span class="quiet">CI/CD components</span></div></header>
<main id="main" class="page">
${body}
</main>
</body>
</html>
`.text;
}

function policy(isLive: boolean): string {
  const connect = isLive ? "connect-src 'self'; " : "";
  return `default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src data:; ${connect}base-uri 'none'; form-action 'none'`;
}

/** Returns a block of code that the keyboard can scroll. */
export function codeBlock(code: string): Html {
  return html`<pre tabindex="0"><code>${code}</code></pre>`;
}

/** Returns the stages as a row of chips; nothing where there are none. */
export function stageChips(stages: readonly string[]): Html | false {
  return (
    stages.length > 0 &&
    html`<span class="chips">${stages.map((stage) => html`<span class="chip">${stage}</span>`)}</span>`
  );
}
