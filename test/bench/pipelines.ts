/** The files of a made-up project whose pipeline has so many jobs: templates, rules, artifacts and needs as real ones have. */
export function pipelineFiles(jobs: number): Record<string, string> {
  const parts = Math.max(1, Math.ceil(jobs / JOBS_PER_FILE));
  const files: Record<string, string> = { "ci/templates.yml": TEMPLATES };
  const includes = ["ci/templates.yml"];
  for (let part = 0; part < parts; part++) {
    const path = `ci/part-${part}.yml`;
    const first = part * JOBS_PER_FILE;
    files[path] = range(first, Math.min(jobs, first + JOBS_PER_FILE))
      .map(jobText)
      .join("");
    includes.push(path);
  }
  files[".gitlab-ci.yml"] = `${HEAD}include:\n${includes.map((path) => `  - local: /${path}\n`).join("")}`;
  return files;
}

/** GitLab refuses files that take more than 2 MiB of its memory, so that a big pipeline comes in several. */
const JOBS_PER_FILE = 250;

const HEAD = `stages: [build, test, deploy]
default:
  image: python:3.12
  tags: [docker]
variables:
  GIT_DEPTH: "10"
`;

const TEMPLATES = `.base:
  before_script:
    - python -m venv .venv
    - . .venv/bin/activate
  variables:
    PIP_CACHE_DIR: $CI_PROJECT_DIR/.cache/pip
  retry: 1
.on-branches:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
.python:
  extends: [.base, .on-branches]
  cache:
    key: pip
    paths: [.cache/pip]
`;

const STAGES = ["build", "test", "deploy"];

function jobText(index: number): string {
  const stage = STAGES[index % 3];
  return `${stage}-${index}:
  extends: .python
  stage: ${stage}
  script:
    - make ${stage} TARGET=${index}
    - echo "done with ${index}"
  variables:
    TARGET: "${index}"
  needs: ${index % 3 === 0 ? "[]" : `[${STAGES[(index % 3) - 1]}-${index - 1}]`}
  artifacts:
    paths: [out/${index}]
    expire_in: 1 week
`;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, index) => from + index);
}
