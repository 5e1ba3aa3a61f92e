import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Diagnostic, lint, readFile } from "../../src/lint/index.ts";
import { judgeScripts } from "../../src/lint/shell/findings.ts";
import { bestShellTool } from "../../src/lint/shell/tools.ts";

/**
 * A fixture is one file with one or several virtual files in it, each behind a line `#--- path` (without one it is
 * `.gitlab-ci.yml`). What must come out stands in it: `# expect: rule, rule` at the end of a line. Lines `#! name: value` on top
 * set options: `gitlab-version`, `tags`, `without` (a file that is otherwise there), `repeat` (so many copies of the component).
 */
export interface Fixture {
  readonly rule: string;
  /** `fires` or `quiet`, with a suffix where a rule has several. */
  readonly name: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly expected: readonly string[];
  readonly options: Readonly<Record<string, string>>;
}

export const fixturesFolder = fileURLToPath(new URL("fixtures", import.meta.url));

/** All fixtures, by rule and name. */
export function readFixtures(): Fixture[] {
  return readdirSync(fixturesFolder)
    .sort()
    .flatMap((rule) =>
      readdirSync(join(fixturesFolder, rule))
        .filter((file) => /^(?:fires|quiet).*\.yml$/.test(file) && !file.endsWith(".fixed.yml"))
        .sort()
        .map((file) =>
          parseFixture(rule, file.slice(0, -4), readFileSync(join(fixturesFolder, rule, file), "utf8")),
        ),
    );
}

export function parseFixture(rule: string, name: string, text: string): Fixture {
  const options: Record<string, string> = {};
  const files: { path: string; lines: string[] }[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const option = /^#! ([\w-]+): (.*)$/.exec(line);
    const path = /^#--- (.+)$/.exec(line)?.[1];
    if (option) options[option[1] as string] = option[2] as string;
    else if (path !== undefined) files.push({ path, lines: [] });
    else {
      if (files.length === 0) files.push({ path: ".gitlab-ci.yml", lines: [] });
      files.at(-1)?.lines.push(line);
    }
  }
  const expected = files.flatMap(({ path, lines }) =>
    lines.flatMap((line, index) =>
      (/\s*# expect: (.+)$/.exec(line)?.[1] ?? "")
        .split(", ")
        .filter(Boolean)
        .map((id) => `${path}:${index + 1} ${id}`),
    ),
  );
  const clean = files.map(({ path, lines }) => ({
    path,
    text: `${lines.map((line) => line.replace(/\s*# expect: .+$/, "")).join("\n")}\n`,
  }));
  return {
    rule,
    name,
    files: repeated(clean, Number(options.repeat ?? 1)),
    expected: expected.sort(),
    options,
  };
}

/** Lints a fixture with everything that the tool knows, ShellCheck included. */
export async function lintFixture({ files, options }: Fixture): Promise<Diagnostic[]> {
  const configurations = files.filter(({ path }) => path.endsWith(".yml"));
  const scripts = configurations.flatMap(({ path, text }) => readFile(path, text).scripts);
  const findings = await judgeScripts(scripts, bestShellTool(process.env));
  const around = Object.fromEntries(
    Object.entries(surroundings(files)).filter(([path]) => path !== options.without),
  );
  return lint(configurations, {
    files: { ...around, ...Object.fromEntries(files.map(({ path, text }) => [path, text])) },
    shell: findings,
    ...(options["gitlab-version"] === undefined ? {} : { gitlabVersion: options["gitlab-version"] }),
    ...(options.tags === undefined ? {} : { tags: options.tags.split(" ") }),
  });
}

/** `path:line rule` of each finding, as the fixtures expect them. */
export function summarize(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ file, line, rule }) => `${file}:${line} ${rule}`).sort();
}

/** What a good component project has besides its components. */
function surroundings(files: Fixture["files"]): Record<string, string> {
  const names = files.flatMap(
    ({ path }) => /^templates\/([^/]+?)(?:\.yml|\/template\.yml)$/.exec(path)?.[1] ?? [],
  );
  const sections = names.map(
    (name) => `## ${name}\n\n    component: $CI_SERVER_FQDN/group/project/${name}@1\n`,
  );
  return { "README.md": `# Components\n\n${sections.join("\n")}`, LICENSE: "MIT License\n" };
}

function repeated(files: Fixture["files"], times: number): Fixture["files"] {
  if (times === 1) return files;
  const [only] = files;
  return Array.from({ length: times }, (_, index) => ({
    path: `templates/example_${String(index).padStart(3, "0")}.yml`,
    text: only?.text ?? "",
  }));
}
