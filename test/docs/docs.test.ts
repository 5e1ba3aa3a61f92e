import { describe, expect, it } from "vitest";
import { documentsOf } from "../../src/docs/index.ts";
import { memoryTree } from "../../src/engine/pipeline/index.ts";

const scan = `# scan: Looks for secrets in every commit.
#
# More for readers.
spec:
  inputs:
    target: { description: "Where to look, such as <path>." }
    level: { type: number, default: 1, options: [1, 2] }
    name: { default: "a|b", regex: "^[a-z|]+$", description: Name of the job }
    tags: { type: array, default: [] }
    quiet: { type: boolean, default: false }
    mark: { default: "\`" }
    size:
      description: How much
      rules:
        - if: $[[ inputs.quiet ]] == true
          options: [big, huge]
          default: big
        - default: ""
---
.hidden: { artifacts: { reports: { junit: report.xml } } }
"$[[ inputs.name ]]":
  extends: .hidden
  script: [scan]
  artifacts: { paths: [found.txt], expire_in: 1 day }
  environment: { name: review, url: "https://example.com" }
  coverage: /\\d+/
look: { stage: build, script: [look], environment: { name: review, action: verify } }
`;
const late = `spec: { inputs: { stage: { default: late } } }
---
late: { stage: "$[[ inputs.stage ]]", script: [late] }
`;
const dependent = `spec: { inputs: { stage: { default: test } } }
---
second: { stage: test, script: [b], needs: [first] }
`;
const files = {
  "templates/scan.yml": scan,
  "templates/late/template.yml": late,
  "templates/dependent.yml": dependent,
};

describe("a region", () => {
  it("is filled with the inputs of a component", () => {
    expect(made("inputs scan")).toBe(`
| Input | Type | Default | Description |
| --- | --- | --- | --- |
| \`target\` | string | **required** | Where to look, such as &lt;path>. |
| \`level\` | number | \`1\` | One of \`1\`, \`2\`. |
| \`name\` | string | \`a\\|b\` | Name of the job Pattern \`^[a-z\\|]+$\`. |
| \`tags\` | array | \`[]\` |  |
| \`quiet\` | boolean | \`false\` |  |
| \`mark\` | string | \`\` \` \`\` |  |
| \`size\` | string |  | How much When \`$[[ inputs.quiet ]] == true\`: one of \`big\`, \`huge\`, default \`big\`. Otherwise: default empty. |
`);
    expect(made("inputs scan patterns=no")).not.toContain("Pattern");
  });

  it("is filled with what the jobs leave, hidden parents and defaults included", () => {
    expect(made("outputs scan")).toBe(
      `
| Job | Stage | What it leaves |
| --- | --- | --- |
| \`a|b\` | \`test\` | artifact \`found.txt\`; report junit \`report.xml\`, kept 1 day; coverage; environment \`review\` (\`https://example.com\`) |
| \`look\` | \`build\` | nothing |
`.replace("a|b", "a\\|b"),
    );
  });

  it("is filled with the components: the single file or the folder, linked to a heading, a page or the file", () => {
    const table = made("components", "## scan\n");
    expect(table).toContain("| [`scan`](#scan) | Looks for secrets in every commit. | `a\\|b`, `look` |");
    expect(table).toContain("| [`late`](templates/late/template.yml) |  | `late` |");
    expect(made("components pages=docs/components")).toContain("[`scan`](docs/components/scan.md)");
  });

  it("is filled with the shortest example, with what must be given and the stages that GitLab lacks", () => {
    expect(made("examples scan project=a/b version=2")).toBe(
      "\n```yaml\ninclude:\n  - component: $CI_SERVER_FQDN/a/b/scan@2\n    inputs:\n      target: example\n```\n",
    );
    expect(made("examples late")).toContain("stages: [late]\n\ninclude:");
  });

  it("shows example files, and refuses one that GitLab would refuse", () => {
    const good =
      "stages: [test]\nfirst: { script: [a] }\ninclude: [{ component: $CI_SERVER_FQDN/a/b/dependent@1 }]\n";
    const texts = { "good.yml": good, "bad.yml": good.replace("first", "third") };
    expect(made("examples dependent files=good.yml", "", texts)).toBe(`\n\`\`\`yaml\n${good}\`\`\`\n`);
    expect(() => made("examples dependent files=bad.yml", "", texts)).toThrow(
      "README.md:1: the example bad.yml is wrong: second job: undefined need: first",
    );
    expect(() => made("examples dependent")).toThrow(
      /README.md:1: dependent cannot be included by itself \(/,
    );
  });

  it("knows files that a component includes, and does without what is out of reach", () => {
    const including = {
      "templates/all.yml":
        "include: [{ local: ci/one.yml }, { template: Jobs/SAST.gitlab-ci.yml }, { project: a/b, file: c.yml }, { component: $CI_SERVER_FQDN/a/b/c@1 }]\n",
    };
    const texts = { "ci/one.yml": "one: { script: [one], artifacts: { paths: [one.txt] } }\n" };
    const text = "<!-- berth docs: outputs all -->\n<!-- berth end -->";
    expect(documentsOf(project(texts, including))("README.md", text).text).toContain("artifact `one.txt`");
  });

  it("is the same when it is made again, whatever stood there", () => {
    const renew = documentsOf(project());
    const first = renew(
      "README.md",
      "# A\n  <!-- berth docs: outputs scan -->\nold\n  <!-- berth end -->\nend",
    );
    expect(first.changed).toHaveLength(1);
    expect(first.text).toMatch(/^ {2}\| Job /m);
    const second = renew("README.md", first.text);
    expect(second).toMatchObject({ text: first.text, changed: [] });
  });

  it("is left alone where a document shows how regions are written", () => {
    const text = "````md\n```\n<!-- berth docs: nonsense -->\n```\n<!-- berth end -->\n````\n";
    expect(documentsOf(project())("README.md", text)).toMatchObject({
      text,
      regions: [],
    });
  });
});

describe("a translation", () => {
  const words = `headings: { input: Вход, required: обязателен }
descriptions:
  - { from: Name of the job, to: Имя задания }
`;
  it("replaces headings and descriptions, and tells what it lacks", () => {
    const missed: string[] = [];
    const { text } = documentsOf({
      ...project({ "ru.yml": words }),
      untranslated: (file, description) => missed.push(`${file}: ${description}`),
    })("ru.md", "<!-- berth docs: inputs scan words=ru.yml -->\n<!-- berth end -->");
    expect(text).toContain("| Вход | Type |");
    expect(text).toContain("| **обязателен** | Where to look");
    expect(text).toContain("| Имя задания Pattern");
    expect(missed).toEqual(["ru.yml: Where to look, such as <path>.", "ru.yml: How much"]);
  });

  it.each([
    ["- a", "ru.yml: the translation is no mapping"],
    ["headings: { inputt: a }", 'ru.yml: "headings" has no "inputt"; it takes input, '],
    ["descriptions: [{ from: a }]", 'ru.yml: an entry of "descriptions" is no {from, to}'],
    ["a: [", "ru.yml: Flow sequence in block collection"],
  ])("of the form %s is refused with the place", (text, message) => {
    expect(() => made("inputs scan words=ru.yml", "", { "ru.yml": text })).toThrow(`README.md:1: ${message}`);
  });
});

describe("a mistake", () => {
  it.each([
    [
      "<!-- berth docs: tables -->\n<!-- berth end -->",
      '1: there is no region "tables"; the regions are components,',
    ],
    ["<!-- berth docs: inputs -->\n<!-- berth end -->", "1: say of which component"],
    [
      "\n<!-- berth docs: inputs scam -->\n<!-- berth end -->",
      '2: there is no component "scam"; the components are',
    ],
    [
      "<!-- berth docs: inputs scan a=b -->",
      '1: "a=b" is no setting of inputs; it takes words=…, patterns=…',
    ],
    ["<!-- berth docs: inputs scan -->", '1: the region "inputs" has no "<!-- berth end -->"'],
    ["a\n\n<!-- berth end -->", '3: this "berth end" has no "<!-- berth docs: … -->" above it'],
    ["<!-- berth docs: examples scan files=x.yml -->\n<!-- berth end -->", '1: there is no file "x.yml"'],
  ])("in %j is told with its place", (text, message) => {
    expect(() => documentsOf(project())("README.md", text)).toThrow(`README.md:${message}`);
  });

  it("in a component is told in GitLab's words", () => {
    const broken = { "templates/scan.yml": "a: [" };
    const text = "<!-- berth docs: inputs scan -->\n<!-- berth end -->";
    expect(() => documentsOf(project({}, broken))("README.md", text)).toThrow(/^README.md:1: /);
  });
});

function project(
  texts: Readonly<Record<string, string>> = {},
  templates: Readonly<Record<string, string>> = files,
) {
  return { templates: Object.keys(templates), tree: memoryTree({ ...templates, ...texts }) };
}

/** What the region of a README holds, without its markers. */
function made(region: string, before = "", texts: Readonly<Record<string, string>> = {}): string {
  const { text } = documentsOf(project(texts))(
    "README.md",
    `<!-- berth docs: ${region} -->\n<!-- berth end -->\n${before}`,
  );
  return text.slice(text.indexOf("-->\n") + 4, text.lastIndexOf("\n<!-- berth end"));
}
