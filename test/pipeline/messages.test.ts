import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadYaml, Source, toJson } from "../../src/engine/yaml/index.ts";
import { expandPipeline } from "../../src/index.ts";

/* What GitLab says of configurations that the open conformance cases do not show. */

interface Sample {
  readonly ci: string;
  readonly errors: readonly string[];
}

const file = join(import.meta.dirname, "fixtures/messages.yml");
const samples = toJson(loadYaml(new Source(file, readFileSync(file, "utf8"))).value) as unknown as Sample[];

describe("messages of a pipeline", () => {
  it.each(samples)("$ci", ({ ci, errors }) => {
    expect([...expandPipeline(`${ci}\n`).errors]).toEqual(errors);
  });
});
