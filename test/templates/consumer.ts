import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createdJobs, type PipelineExpansion } from "../../src/index.ts";

const folder = fileURLToPath(new URL("../../templates", import.meta.url));

/** The templates, and the fragments that they include, by their path in the project, as a consumer's include sees them. */
export const templates: Readonly<Record<string, string>> = Object.fromEntries(
  readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".yml"))
    .map((file) => [`templates/${file}`, readFileSync(`${folder}/${file}`, "utf8")]),
);

/** One job of an expansion, as far as these tests look. */
export interface Job {
  readonly stage: string;
  readonly image: { readonly name: string };
  readonly script: readonly string[];
  readonly tags: readonly string[];
  readonly allow_failure: boolean;
  readonly job_variables: Readonly<Record<string, { value: string; raw?: boolean }>>;
}

export interface Outcome {
  readonly expansion: PipelineExpansion;
  readonly jobs: Readonly<Record<string, Job>>;
  /** The names of the jobs that a pipeline would have. */
  readonly created: readonly string[];
  /** For each of them, `when` it starts: on_success, manual, … */
  readonly starts: Readonly<Record<string, string>>;
}

/** What a consumer's pipeline comes to, with these includes, for one event. */
export function include(
  includes: readonly { component: string; inputs?: Readonly<Record<string, unknown>> }[],
  event: { source?: string; ref?: string; tag?: boolean } = {},
  stages: readonly string[] = ["validate", "test", "build"],
  predefined: Readonly<Record<string, string>> = {},
): Outcome {
  const entries = includes.map(({ component, inputs = {} }) => ({
    local: `templates/${component}.yml`,
    inputs,
  }));
  const text = JSON.stringify({ ...(stages.length > 0 && { stages }), include: entries });
  const { expansion, jobs } = createdJobs(text, { files: templates, event, predefined });
  return {
    expansion,
    jobs: expansion.jobs as unknown as Outcome["jobs"],
    created: [...jobs.keys()],
    starts: Object.fromEntries([...jobs].map(([name, { when }]) => [name, when])),
  };
}
