import { documentsOf } from "../docs/index.ts";
import { memoryTree } from "../engine/pipeline/index.ts";
import type { NewFile } from "./write.ts";

/** GitLab takes the file name as the component's name; this is what it can be included by without quoting anywhere. */
export const componentNamePattern = /^[a-z][a-z0-9_-]*$/;

/**
 * Returns the files of a new component: the template and a smoke scenario that includes it. `stage` is one of the consumer's stages.
 */
export function scaffoldComponent(name: string, stage = "test"): readonly NewFile[] {
  return [
    { path: `templates/${name}.yml`, text: templateOf(name, stage) },
    { path: `test/smoke/${name}/scenario.yml`, text: scenarioOf(name, stage) },
  ];
}

/** Returns the component's README section, with the regions that `berth docs` renews. */
export function readmeSectionOf(name: string, stage = "test"): string {
  const text = `### ${name}

What it does, in one paragraph.

<!-- berth docs: examples ${name} -->
<!-- berth end -->

<!-- berth docs: inputs ${name} -->
<!-- berth end -->

<!-- berth docs: outputs ${name} -->
<!-- berth end -->
`;
  return fillRegions(text, scaffoldComponent(name, stage));
}

/** Returns a document of a new project with its regions filled, so that `berth docs --check` is content at once. */
export function fillRegions(text: string, project: readonly NewFile[]): string {
  const files = Object.fromEntries(project.map((each) => [each.path, each.text]));
  return documentsOf({ templates: Object.keys(files), tree: memoryTree(files) })("README.md", text).text;
}

function templateOf(name: string, stage: string): string {
  return `# ${name}: says a message. Replace this with what the component is for.
spec:
  inputs:
    job_prefix:
      description: Put before the job's name, so that the component can be included twice.
      default: ""
      regex: ^[A-Za-z0-9_-]*$
    stage:
      description: The stage of the job.
      default: ${stage}
    image:
      description: The image of the job; it needs a POSIX shell.
      default: alpine:3.20.3
    message:
      description: What the job says.
      default: hello
---
"$[[ inputs.job_prefix ]]${name}":
  stage: $[[ inputs.stage ]]
  image: $[[ inputs.image ]]
  interruptible: true
  variables:
    # Inputs reach the script as variables: no input's text can become code.
    COMPONENT_MESSAGE:
      value: $[[ inputs.message ]]
      expand: false
  script:
    - printf '%s\\n' "$COMPONENT_MESSAGE"
`;
}

function scenarioOf(name: string, stage: string): string {
  return `description: ${name} says its message, whatever stands in it.
component: ${name}
stages: [${stage}]
expect: { jobs: { ${name}: success } }
cases:
  - name: defaults
    expect: { traces: { ${name}: { contains: hello } } }
  - name: a message that a shell would run
    inputs: { message: "$(id) \`id\` good morning" }
    expect: { traces: { ${name}: { contains: "$(id) \`id\` good morning" } } }
  - name: twice in one pipeline
    inputs: { job_prefix: second- }
    expect: { jobs: { second-${name}: success } }
`;
}
