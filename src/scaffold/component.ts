import type { NewFile } from "./write.ts";

/** GitLab takes the file name as the component's name; this is what it can be included by without quoting anywhere. */
export const componentNamePattern = /^[a-z][a-z0-9_-]*$/;

/**
 * Returns the files of a new component: the template, a smoke scenario with the project that includes it, and the README section that
 * the catalog shows. `stage` is one of the consumer's stages.
 */
export function scaffoldComponent(name: string, stage = "test"): readonly NewFile[] {
  return [
    { path: `templates/${name}.yml`, text: templateOf(name, stage) },
    { path: `test/smoke/${name}/scenario.yml`, text: scenarioOf(name) },
    { path: `test/smoke/${name}/project/.gitlab-ci.yml`, text: consumerOf(name, stage) },
  ];
}

/** Returns the component's README section, with the region that `berth docs` fills. */
export function readmeSectionOf(name: string): string {
  return `### ${name}

What it does, in one paragraph.

\`\`\`yaml
include:
  - component: $CI_SERVER_FQDN/your-group/your-project/${name}@1
    inputs:
      message: "good morning"
\`\`\`

<!-- berth docs: inputs ${name} -->
<!-- berth end -->
`;
}

function templateOf(name: string, stage: string): string {
  return `spec:
  description: Says a message. Replace this with what the component is for.
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

function scenarioOf(name: string): string {
  return `description: ${name} says its message
project: project
source: push
expect:
  jobs:
    ${name}: success
  traces:
    ${name}:
      - good morning
`;
}

function consumerOf(name: string, stage: string): string {
  return `stages: [${stage}]

include:
  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/${name}@$CI_COMMIT_SHA
    inputs:
      message: good morning
`;
}
