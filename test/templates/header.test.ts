import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { templates } from "./consumer.ts";

interface Header {
  readonly spec: {
    readonly description?: string;
    readonly inputs: Readonly<Record<string, { type?: string; description?: string; regex?: string }>>;
  };
}

const components = Object.entries(templates).filter(([path]) => /^templates\/[^/]+\.yml$/.test(path));

describe.each(components)("%s", (path, text) => {
  const name = path.slice("templates/".length, -".yml".length);
  const { spec } = parseAllDocuments(text)[0]!.toJS() as Header;

  it("says what it is: in a comment for readers, in a description for the catalog", () => {
    expect(text).toMatch(new RegExp(`^# ${name}: .{20,}`));
    expect(text).toContain(`docs/components/${name}.md`);
    expect(spec.description?.length).toBeGreaterThan(20);
    expect(spec.description?.length).toBeLessThanOrEqual(256);
  });

  it.each(
    Object.entries(spec.inputs),
  )("describes its input %s, which has a default or is required on purpose", (_, input) => {
    expect(input.description).toMatch(/^[A-Z].{10,}\.$/s);
    expect(
      Object.keys(input).every((key) =>
        ["type", "description", "default", "options", "regex", "rules"].includes(key),
      ),
    ).toBe(true);
  });

  it("has a page with an example and every input", () => {
    const page = readFileSync(new URL(`../../docs/components/${name}.md`, import.meta.url), "utf8");
    expect(page).toContain(`/berth/${name}@1`);
    for (const input of Object.keys(spec.inputs)) expect(page).toContain(`| \`${input}\` |`);
  });

  it("lets no input into a script", () => {
    const body = text.slice(text.indexOf("\n---\n"));
    for (const [entry] of body.matchAll(/# berth embed:.*?# berth end/gs)) expect(entry).not.toContain("$[[");
  });
});
