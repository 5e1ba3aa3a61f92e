import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { readComponent } from "../../src/docs/component.ts";
import { memoryTree } from "../../src/engine/pipeline/index.ts";
import { exampleFrom, expectComplete, lacking } from "../complete.ts";
import { templates } from "./consumer.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

interface Header {
  readonly spec: {
    readonly inputs: Readonly<Record<string, { type?: string; description?: string; regex?: string }>>;
  };
}

const components = Object.entries(templates).filter(([path]) => /^templates\/[^/]+\.yml$/.test(path));

describe.each(components)("%s", (path, text) => {
  const name = path.slice("templates/".length, -".yml".length);
  const { spec } = parseAllDocuments(text)[0]!.toJS() as Header;

  it("says what it is in the comment that it begins with, which documents and catalog take for its description", () => {
    const head = `Begin ${path} as the other components do. ${exampleFrom("templates/validate.yml", 8)}`;
    expect(text, head).toMatch(new RegExp(`^# ${name}: .{20,}`));
    expect(text, head).toContain(`docs/components/${name}.md`);
    const { description } = readComponent(name, path, memoryTree(templates));
    expect(description, head).toMatch(/^[A-Z].*\.$/);
    expect(description.length, `${path}: its first paragraph has 21 to 256 characters`).toBeGreaterThan(20);
    expect(description.length, `${path}: its first paragraph has 21 to 256 characters`).toBeLessThanOrEqual(
      256,
    );
  });

  it.each(
    Object.entries(spec.inputs),
  )("describes its input %s, which has a default or is required on purpose", (given, input) => {
    const advice = `${path}: the input ${given} takes a description that is a sentence. ${exampleFrom("templates/validate.yml")}`;
    expect(input.description, advice).toMatch(/^[A-Z].{10,}\.$/s);
    expect(
      Object.keys(input).every((key) =>
        ["type", "description", "default", "options", "regex", "rules"].includes(key),
      ),
    ).toBe(true);
  });

  it("has a page with an example and every input", () => {
    const file = `docs/components/${name}.md`;
    expectComplete(existsSync(join(root, file)) ? [] : [file], () =>
      [`Write ${file}, then run npm run berth -- docs.`, exampleFrom("docs/components/validate.md", 30)].join(
        "\n",
      ),
    );
    const page = readFileSync(join(root, file), "utf8");
    expect(page, `${file} shows how ${name} is included: component: …/berth/${name}@1`).toContain(
      `/berth/${name}@1`,
    );
    const rows = Object.keys(spec.inputs).filter((input) => page.includes(`| \`${input}\` |`));
    expectComplete(
      lacking(Object.keys(spec.inputs), rows),
      () => `Run npm run berth -- docs: it writes the table of inputs in ${file}, between the lines
    <!-- berth docs: inputs ${name} -->
    <!-- berth end -->`,
    );
  });

  it("lets no input into a script", () => {
    const body = text.slice(text.indexOf("\n---\n"));
    for (const [entry] of body.matchAll(/# berth embed:.*?# berth end/gs)) expect(entry).not.toContain("$[[");
  });
});
