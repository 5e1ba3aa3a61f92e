import { type Input, sampleValue } from "../engine/contract/index.ts";
import { type JsonValue, toJson } from "../engine/yaml/index.ts";

/* What everybody takes for granted who looks at a component from outside: where its file is, its release, and what a caller gives. */

/** The name of the component in a file, by the file's path from the project's root; undefined for any other file. */
export function componentNameOf(path: string): string | undefined {
  return /^templates\/([^/]+?)(?:\/template)?\.yml$/.exec(path)?.[1];
}

/** The paths of components by name (https://docs.gitlab.com/ci/components/#directory-structure); of two the single file wins. */
export function componentPaths(paths: Iterable<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const path of [...paths].sort()) {
    const name = componentNameOf(path);
    if (name !== undefined && !(found.has(name) && path.endsWith("/template.yml"))) found.set(name, path);
  }
  return found;
}

/** The release that a component is taken for where it is looked at before it has one. Any will do: the files are the same. */
export const SAMPLE_VERSION = "1.0.0";

/** What a component may ask of itself (`spec:component`), as its sample release answers. */
export function sampleContext(name: string) {
  return { name, version: SAMPLE_VERSION, reference: SAMPLE_VERSION, sha: "0".repeat(40) };
}

/** Values that a caller might give to the inputs that must be given, by name; `example` where no word of ours passes a regex. */
export function sampleInputs(inputs: readonly Input[]): Readonly<Record<string, JsonValue>> {
  const required = inputs.filter((each) => each.required);
  return Object.fromEntries(required.map((input) => [input.name, toJson(sampleValue(input) ?? "example")]));
}
