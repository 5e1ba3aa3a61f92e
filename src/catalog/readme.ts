import { type Guide, outlineOfDocument } from "./markdown.ts";

/* What a project's documentation says about one component. */

/** Where projects keep a component's own page. */
const pagesOf = (name: string) => [
  `docs/components/${name}.md`,
  `docs/${name}.md`,
  `templates/${name}/README.md`,
];

/**
 * Returns the component's guide: its own page, or its section of README.md, or all of README.md where there is no other component.
 * The title itself is left out. Undefined where there is none.
 */
export function findGuide(
  name: string,
  files: Readonly<Record<string, string>>,
  isOnly: boolean,
): Guide | undefined {
  const page = pagesOf(name).find((each) => Object.hasOwn(files, each));
  if (page !== undefined) return guideOf(page, withoutTitle(files[page] ?? ""));
  const readme = files["README.md"];
  if (readme === undefined) return undefined;
  const markdown = sectionOf(readme, name) ?? (isOnly ? withoutTitle(readme) : undefined);
  return markdown === undefined ? undefined : guideOf("README.md", markdown);
}

/** A list of the inputs stands on the page already, made from the template itself. */
function guideOf(file: string, markdown: string): Guide | undefined {
  const lines = markdown.split("\n");
  const { headings } = outlineOfDocument(markdown);
  const inputs = headings.find((each) => /^(inputs|parameters|input parameters)$/i.test(each.text));
  const next = inputs && headings.find((each) => each.line > inputs.line && each.level <= inputs.level);
  if (inputs) lines.splice(inputs.line, (next?.line ?? lines.length) - inputs.line);
  const rest = lines.join("\n").trim();
  return rest === "" ? undefined : { file, markdown: rest };
}

/** Returns the blocks of YAML that include the component, each once, the shortest first. */
export function findExamples(name: string, texts: readonly string[]): string[] {
  const included = new RegExp(`component:\\s*\\S*/${escapePattern(name)}@`);
  const found = texts.flatMap((text) =>
    [...text.matchAll(/^( *)(`{3,}|~{3,})ya?ml\b[^\n]*\n([\s\S]*?)^ *\2/gim)].map(
      ([, indent = "", , code = ""]) =>
        code.replaceAll(new RegExp(`^ {0,${indent.length}}`, "gm"), "").trimEnd(),
    ),
  );
  return [...new Set(found.filter((code) => included.test(code)))].sort(
    (one, other) => one.length - other.length,
  );
}

/** What README.md says of the project: its title and its first paragraph, as plain text; both empty where there is none. */
export function introductionOf(readme: string): { title: string; description: string } {
  const { headings, paragraph } = outlineOfDocument(readme);
  return { title: headings.find((each) => each.level === 1)?.text ?? "", description: paragraph };
}

function withoutTitle(markdown: string): string {
  return markdown.replace(/^\s*#\s[^\n]*\n/, "").trim();
}

/** The text below the heading that is the component's name, down to the next heading of the same rank. */
function sectionOf(markdown: string, name: string): string | undefined {
  const { headings } = outlineOfDocument(markdown);
  const own = headings.find((each) => each.text.toLowerCase() === name.toLowerCase());
  if (own === undefined) return undefined;
  const next = headings.find((each) => each.line > own.line && each.level <= own.level);
  return markdown.split("\n").slice(own.end, next?.line).join("\n").trim();
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
