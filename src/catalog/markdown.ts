import { posix } from "node:path";
import MarkdownIt, { type MarkdownIt as Renderer, type Token } from "markdown-it";
import { type Html, trusted } from "./html.ts";

/** A piece of Markdown and the file that it stands in: its links start there. */
export interface Guide {
  readonly file: string;
  readonly markdown: string;
}

/** Where a link in a guide leads: an address on the site or the web, or undefined where there is nothing to show. */
export type ResolveLink = (path: string) => string | undefined;

/**
 * Renders a guide. HTML in it is shown as text, and pictures become links: a README is not trusted with markup, and the site asks no
 * other server for anything. Headings are lowered below `level`; their ids begin with `guide-`.
 */
export function renderGuide({ file, markdown }: Guide, level: number, resolve: ResolveLink): Html {
  const renderer = new MarkdownIt({ html: false, linkify: false });
  const tokens = renderer.parse(withoutComments(markdown), {});
  const highest = Math.min(6, ...tokens.filter(isHeading).map((each) => Number(each.tag.slice(1))));
  for (const [index, token] of tokens.entries()) {
    if (isHeading(token)) {
      token.tag = `h${Math.min(6, Number(token.tag.slice(1)) - highest + level)}`;
      if (token.type === "heading_open") token.attrSet("id", idOf(tokens[index + 1]?.content ?? ""));
    }
    if (token.type === "fence" || token.type === "code_block") token.attrSet("tabindex", "0");
    for (const child of token.children ?? []) relink(child, file, resolve);
  }
  const { rules } = renderer.renderer;
  rules.table_open = () => '<div class="scroll" tabindex="0"><table>\n';
  rules.table_close = () => "</table></div>\n";
  rules.fence = (list, index) => codeOf(list[index]?.content ?? "", renderer);
  rules.code_block = (list, index) => codeOf(list[index]?.content ?? "", renderer);
  rules.image = (list, index) => renderer.utils.escapeHtml(list[index]?.content ?? "");
  return trusted(renderer.renderer.render(tokens, renderer.options, {}));
}

function isHeading(token: Token): boolean {
  return token.type === "heading_open" || token.type === "heading_close";
}

/** Comments mark regions that a program writes; as text they would be noise. */
function withoutComments(markdown: string): string {
  return markdown.replace(/^<!--[\s\S]*?-->\s*$/gm, "");
}

function codeOf(code: string, renderer: Renderer): string {
  return `<pre tabindex="0"><code>${renderer.utils.escapeHtml(code.trimEnd())}</code></pre>\n`;
}

function relink(token: Token, file: string, resolve: ResolveLink): void {
  if (token.type !== "link_open") return;
  const target = targetOf(String(token.attrGet("href") ?? ""), file, resolve);
  if (target !== undefined) token.attrSet("href", target);
  else token.attrs = [];
}

function targetOf(href: string, file: string, resolve: ResolveLink): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href)) return href;
  if (href.startsWith("#")) return `#${idOf(decodeURIComponent(href.slice(1)))}`;
  const [path = ""] = href.split(/[?#]/);
  return resolve(posix.join(posix.dirname(file), decodeURI(path)));
}

/** The name that GitLab gives to a heading, behind our prefix. */
function idOf(text: string): string {
  const words = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim();
  return `guide-${words.replace(/\s+/g, "-")}`;
}

/** A heading of a document: its rank, its text without marks, and the lines before which it begins and below which its section does. */
export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly line: number;
  readonly end: number;
}

/** What a document says first: its headings, and its first paragraph that is not only a picture, as plain text. */
export function outlineOfDocument(markdown: string): { headings: Heading[]; paragraph: string } {
  const tokens = new MarkdownIt().parse(markdown, {});
  const textAfter = (index: number) => plainText(tokens[index + 1]);
  const headings = tokens.flatMap(({ type, tag, map }, index) => {
    const isTop = type === "heading_open" && map !== null;
    return isTop ? [{ level: Number(tag.slice(1)), text: textAfter(index), line: map[0], end: map[1] }] : [];
  });
  const paragraph = tokens.findIndex(({ type, level }, index) => {
    return type === "paragraph_open" && level === 0 && !/^(<.*)?$/s.test(textAfter(index));
  });
  return { headings, paragraph: paragraph < 0 ? "" : textAfter(paragraph) };
}

function plainText(token: Token | undefined): string {
  const parts = (token?.children ?? []).map((child) => {
    if (child.type === "text" || child.type === "code_inline") return child.content;
    return child.type === "softbreak" || child.type === "hardbreak" ? " " : "";
  });
  return parts.join("").replace(/\s+/g, " ").trim();
}
