import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/commands/registry.ts";
import { memoryTree } from "../../src/engine/pipeline/index.ts";
import { expandPipeline, lint } from "../../src/index.ts";
import { templates } from "../templates/consumer.ts";

/* What the documents say is true: their pipelines expand and lint clean, their commands exist, their links lead somewhere. */
const root = fileURLToPath(new URL("../..", import.meta.url));
const documents = ["README.md", "CONTRIBUTING.md", ...markdownBelow("docs"), ...markdownBelow("examples")];
const text = (file: string) => readFileSync(join(root, file), "utf8");

const pipelines = [
  ...readdirSync(join(root, "examples/pipelines")).map((name) => ({
    title: `examples/pipelines/${name}`,
    yaml: text(`examples/pipelines/${name}`),
  })),
  { title: "examples/flask-helpdesk", yaml: text("examples/flask-helpdesk/.gitlab-ci.yml") },
  ...documents.flatMap((file) =>
    blocks(file, "ya?ml")
      .filter(({ body }) => /^include:/m.test(body) && /component:.*\/berth\//.test(body))
      .map(({ line, body }) => ({ title: `${file}:${line}`, yaml: body })),
  ),
];

describe("a pipeline in the documents", () => {
  it("is there for each component, short and full", () => {
    expect(pipelines.length).toBeGreaterThan(20);
  });

  it.each(pipelines)("expands: $title", ({ yaml }) => {
    const { errors } = expandPipeline(yaml, { sources });
    expect(errors).toEqual([]);
  });

  it.each(pipelines)("has no findings: $title", ({ yaml }) => {
    const files = [{ path: ".gitlab-ci.yml", text: yaml }];
    const findings = lint(files);
    expect(findings.filter((each) => each.severity !== "info").map((each) => each.message)).toEqual([]);
  });
});

const said = documents.flatMap((file) =>
  blocks(file, "(?:sh|shell|bash)").flatMap(({ line, body }) =>
    body
      .split("\n")
      .flatMap(
        (command) => /(?:^|\s|\()(?:npx |npm run berth -- )?berth ([a-z][^#|>]*)/.exec(command)?.[1] ?? [],
      )
      .map((words) => ({ place: `${file}:${line}`, words: words.trim() })),
  ),
);

describe("a command in the documents", () => {
  it("is there", () => {
    expect(said.length).toBeGreaterThan(20);
  });

  it.each(said)("exists with its options: berth $words ($place)", async ({ words }) => {
    const [name, ...rest] = words.split(/\s+/);
    const entry = commands.find((each) => each.name === name);
    expect(entry, `berth ${name}`).toBeDefined();
    let command = new Command(name);
    (await entry!.load()).command(command, {} as never, () => undefined);
    const inner = command.commands.find((each) => each.name() === rest[0]);
    if (command.commands.length > 0) expect(inner, `berth ${name} ${rest[0]}`).toBeDefined();
    command = inner ?? command;
    const known = command.options.flatMap((option) => [option.long, option.short]);
    for (const option of rest.filter((each) => /^--?[a-z]/.test(each)))
      expect([...known, "--help"]).toContain(option.split("=")[0]);
  });
});

it("every npm script in the documents exists", () => {
  const { scripts } = JSON.parse(text("package.json")) as { scripts: Record<string, string> };
  const named = [...documents, ".gitlab-ci.yml"].flatMap((file) =>
    [...text(file).matchAll(/npm (?:run )?(?!ci\b|exec\b|install\b|run\b)(?:--silent )?([a-z][\w:-]*)/g)]
      .filter(([words]) => words.startsWith("npm run ") || /^npm (?:test|start)$/.test(words))
      .map(([, script = ""]) => ({ file, script })),
  );
  expect(named.length).toBeGreaterThan(15);
  for (const { file, script } of named)
    expect(
      Object.keys(scripts),
      `${file} names npm run ${script}; package.json has no such script`,
    ).toContain(script);
});

describe("a link in the documents", () => {
  const links = documents.flatMap((file) =>
    [...withoutFences(text(file)).matchAll(/\]\(([^)\s]+)\)/g)]
      .map(([, target = ""]) => ({ file, target }))
      .filter(({ target }) => !/^[a-z]+:/.test(target)),
  );

  it.each(links)("leads somewhere: $file -> $target", ({ file, target }) => {
    const [path = "", anchor] = target.split("#");
    const goal = path === "" ? file : join(dirname(file), path);
    expect(existsSync(join(root, goal)), `${file} links to ${target}, and ${goal} is not there`).toBe(true);
    if (anchor !== undefined)
      expect(anchorsOf(goal), `${file} links to ${target}; no heading of ${goal} has that anchor`).toContain(
        anchor,
      );
  });
});

const here = { project: "your-group/berth", sha: "HEAD", tree: memoryTree(templates) };
const sources = {
  local: { ...here, project: "group/consumer", tree: memoryTree({}) },
  project: () => undefined,
  component: (project: string) => (project === here.project ? { ...here, version: null } : undefined),
  remote: () => ({ status: 404 }),
  template: () => undefined,
};

function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".md") && !path.includes("node_modules") && !path.startsWith("rules/"))
    .map((path) => `${folder}/${path}`);
}

/** The fenced blocks of a language, with the indentation of their fence taken off. */
function blocks(file: string, language: string): { line: number; body: string }[] {
  const found = text(file).matchAll(new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\`$`, "gms"));
  return [...found].map(({ 1: indentation = "", 2: body = "", index }) => ({
    line: text(file).slice(0, index).split("\n").length,
    body: body.replaceAll(new RegExp(`^${indentation}`, "gm"), ""),
  }));
}

function withoutFences(markdown: string): string {
  return markdown.replaceAll(/^ *```.*?^ *```$/gms, "").replaceAll(/`[^`\n]*`/g, "");
}

/** GitLab's and GitHub's anchors of headings: lower case, no punctuation, hyphens for spaces. */
function anchorsOf(file: string): string[] {
  return [...withoutFences(text(file).replaceAll("`", "")).matchAll(/^#{1,6}\s+(.*)$/gm)].map(
    ([, title = ""]) =>
      title
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
        .replaceAll(/\s/g, "-"),
  );
}
