import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Fixture, lintFixture, readFixtures } from "../../test/rules/fixture.ts";
import { rules } from "../lint/registry.generated.ts";
import { groups, type Rule } from "../lint/rule.ts";
import { findShellTool } from "../lint/shell/tools.ts";
import { render } from "../report/index.ts";

const titles: Readonly<Record<(typeof groups)[number], string>> = {
  contract: "Contract",
  caller: "Callers",
  pipeline: "Pipeline",
  shell: "Shell",
  security: "Security",
  catalog: "Catalog",
  portability: "Portability",
  suppression: "Suppressions",
};

/** A page for each rule and their index. The examples are the rule's first fixtures; the output is what the tool says of them. */
export async function rulePages(root: string): Promise<Record<string, string>> {
  const fixtures = readFixtures();
  const pages: Record<string, string> = { "docs/rules/README.md": index() };
  for (const rule of rules) {
    const file = `docs/rules/${rule.id}.md`;
    const isShell = rule.group === "shell" && findShellTool("shellcheck", process.env) === undefined;
    const own = fixtures.filter((each) => each.rule === rule.id);
    const bad = own.find(({ name }) => name === "fires");
    const good = own.find(({ name }) => name === "quiet");
    if (isShell && existsSync(join(root, file))) pages[file] = readFileSync(join(root, file), "utf8");
    else pages[file] = await page(rule, bad, good);
  }
  return pages;
}

async function page(rule: Rule, bad: Fixture | undefined, good: Fixture | undefined): Promise<string> {
  const facts = [
    `| severity | ${rule.severity} |`,
    `| group | ${rule.group} |`,
    `| confidence | ${rule.confidence} |`,
    ...(rule.since ? [`| concerns GitLab | since ${rule.since} |`] : []),
    `| fixed by \`--fix\` | ${rule.fixable ? "where it is safe" : "no"} |`,
    `| reference | <${rule.reference}> |`,
  ];
  return `# ${rule.id}

${rule.summary}

${rule.why}

| | |
|---|---|
${facts.join("\n")}

## Not so

${bad ? `${source(bad)}\n\n\`berth lint\` says:\n\n\`\`\`text\n${await output(rule, bad)}\n\`\`\`` : "—"}

## Better

${good ? source(good) : "—"}

## To leave it as it is

\`\`\`yaml
# berth-ignore ${rule.id}: why it is right here
\`\`\`

stands behind the line or above it. In \`berth.yaml\`, \`lint: rules: ${rule.id}: off\` switches the rule off.

[All rules](README.md)
`;
}

function source({ files, options }: Fixture): string {
  if (options.repeat) return `${options.repeat} components in one project.`;
  const notes = Object.entries(options).map(([name, value]) => `With ${name} ${value}:\n\n`);
  const several = files.length > 1 || files[0]?.path !== ".gitlab-ci.yml";
  const blocks = files.map(({ path, text }) => {
    const language = path.endsWith(".yml") ? "yaml" : "markdown";
    return `${several ? `\`${path}\`\n\n` : ""}\`\`\`${language}\n${text}\`\`\``;
  });
  return notes.join("") + blocks.join("\n\n");
}

async function output(rule: Rule, fixture: Fixture): Promise<string> {
  const diagnostics = (await lintFixture(fixture)).filter((each) => each.rule === rule.id);
  const report = {
    version: "",
    rules: [],
    findings: diagnostics.map((each) => ({ ...each, fingerprint: "" })),
    files: fixture.files.map(({ path }) => path),
    unread: [],
    source: (file: string) => fixture.files.find(({ path }) => path === file)?.text,
  };
  const text = render(report, "text", { colour: false, columns: 110 }).trimEnd();
  return text.slice(0, text.lastIndexOf("\n\n"));
}

function index(): string {
  const chapters = groups.map((group) => {
    const own = rules.filter((rule) => rule.group === group);
    const rows = own.map(
      ({ id, severity, summary, fixable }) =>
        `| [${id}](${id}.md) | ${severity} | ${summary}${fixable ? " (`--fix`)" : ""} |`,
    );
    return `## ${titles[group]}\n\n| rule | severity | the good state |\n|---|---|---|\n${rows.join("\n")}\n`;
  });
  return `# Rules of berth lint

${rules.length} rules, named after the good state. An *error* is what GitLab itself refuses; a *warning* is a trap; an *info* is advice.
\`berth explain RULE\` shows a page in the terminal.

${chapters.join("\n")}`;
}
