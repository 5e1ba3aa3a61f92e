/** The docs room: regions of a project's documents, made from its components. */

import { dirname, relative } from "node:path/posix";
import { parse } from "yaml";
import { componentPaths } from "../consumer/component.ts";
import type { FileTree } from "../engine/pipeline/index.ts";
import { DocumentError, type DocumentedComponent, readComponent } from "./component.ts";
import { exampleBlocks, faultsOfExample, minimalExample } from "./examples.ts";
import { inputsTable } from "./inputs.ts";
import { code, prose, table } from "./markdown.ts";
import { outputsTable } from "./outputs.ts";
import { DocumentationError, type Region, type Renewal, renewRegions } from "./regions.ts";
import { englishWords, readWords, type Words } from "./words.ts";

export { DocumentationError, type Region, type Renewal } from "./regions.ts";

/** What regions are made from. */
export interface DocumentedProject {
  /** The paths below `templates/`. */
  readonly templates: readonly string[];
  /** All files of the project: what components include and regions name. */
  readonly tree: FileTree;
  /** Called once for each description that a translation lacks. */
  readonly untranslated?: (file: string, description: string) => void;
}

/** Returns a function that renews a document of the project; it throws DocumentationError for the author's mistakes. */
export function documentsOf(project: DocumentedProject): (file: string, text: string) => Renewal {
  const paths = componentPaths(project.templates);
  const known = new Map<string, DocumentedComponent>();
  const component = (name: string): DocumentedComponent | undefined => {
    const path = paths.get(name);
    if (path === undefined) return undefined;
    const found = known.get(name) ?? readComponent(name, path, project.tree);
    known.set(name, found);
    return found;
  };
  return (file, text) =>
    renewRegions(file, text, (region) => {
      try {
        return content({ project, region, file, text, component, names: [...paths.keys()] });
      } catch (error) {
        if (error instanceof DocumentError || error instanceof TypeError)
          throw new DocumentationError(file, region.line, error.message);
        throw error;
      }
    });
}

interface Task {
  readonly project: DocumentedProject;
  readonly region: Region;
  readonly file: string;
  readonly text: string;
  readonly component: (name: string) => DocumentedComponent | undefined;
  readonly names: readonly string[];
}

function content(task: Task): string {
  const { region, component, names, file, project } = task;
  if (region.kind === "components") return componentsTable(task);
  const found = component(region.component ?? "");
  if (!found)
    throw new DocumentationError(
      file,
      region.line,
      `there is no component "${region.component}"; the components are ${names.join(", ") || "none"}`,
    );
  if (region.kind === "inputs")
    return inputsTable(found.inputs, wordsOf(task), region.settings.patterns !== "no");
  if (region.kind === "outputs") return outputsTable(found, wordsOf(task));
  return examples(found, task, project.tree);
}

/** Each name leads to its page, to its heading in this document, or to its file. */
function componentsTable(task: Task): string {
  const { region, component, names, file, text } = task;
  const words = wordsOf(task);
  const headings = new Set([...text.matchAll(/^#{1,6}\s+`?([\w-]+)`?\s*$/gm)].map(([, title]) => title));
  const linkOf = (name: string, path: string) => {
    const { pages } = region.settings;
    if (pages !== undefined) return relative(dirname(file), `${pages}/${name}.md`);
    return headings.has(name) ? `#${name.toLowerCase()}` : relative(dirname(file), path);
  };
  const rows = names.map((name) => {
    const { path, description, jobs } = component(name)!;
    return [
      `[${code(name)}](${linkOf(name, path)})`,
      prose(words.translate(description)),
      [...jobs().keys()].map(code).join(", "),
    ];
  });
  const { component: heading, does, jobs } = words.headings;
  return table([heading, does, jobs], rows);
}

function examples(component: DocumentedComponent, { region, file, project }: Task, tree: FileTree): string {
  const { files: named, ...address } = region.settings;
  const texts = named
    ? named.split(",").map((path) => ({ path, text: project.tree.read(path) }))
    : [{ path: file, text: minimalExample(component, address) }];
  return exampleBlocks(
    texts.map(({ path, text }) => {
      if (text === undefined) throw new DocumentationError(file, region.line, `there is no file "${path}"`);
      const [fault] = faultsOfExample(text, path, tree);
      if (fault !== undefined)
        throw new DocumentationError(
          file,
          region.line,
          named
            ? `the example ${path} is wrong: ${fault}`
            : `${component.name} cannot be included by itself (${fault}); name a file with an example: files=…`,
        );
      return text;
    }),
  );
}

function wordsOf({ region, project, file }: Task): Words {
  const path = region.settings.words;
  if (path === undefined) return englishWords;
  const text = project.tree.read(path);
  if (text === undefined) throw new DocumentationError(file, region.line, `there is no file "${path}"`);
  try {
    return readWords(parse(text), (description) => project.untranslated?.(path, description));
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new DocumentationError(file, region.line, `${path}: ${error.message.split("\n")[0]}`);
  }
}
