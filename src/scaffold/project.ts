import { releaseImage } from "../base/release-image.ts";
import { fillRegions, readmeSectionOf, scaffoldComponent } from "./component.ts";
import type { NewFile } from "./write.ts";

/**
 * Returns the files of a new component project with one component: what GitLab's catalog asks of it (a description, README.md, a licence, at
 * least one component, a release job) and what Berth checks.
 */
export function scaffoldProject(name: string, component: string, year: number): readonly NewFile[] {
  return [
    { path: "README.md", text: readmeOf(name, component) },
    { path: "LICENSE", text: licenseOf(name, year) },
    { path: "CHANGELOG.md", text: changelog },
    { path: ".gitlab-ci.yml", text: pipeline },
    { path: ".gitignore", text: ".gitlab-ci-local/\npublic/\n" },
    ...scaffoldComponent(component),
  ];
}

function readmeOf(name: string, component: string): string {
  const text = `# ${name}

CI/CD components for GitLab. One paragraph on what they are for.

## Contributing

\`berth lint\` checks the components, \`berth smoke\` runs the scenarios in \`test/smoke\`, \`berth docs\` renews the tables below.
A release is a tag such as \`1.0.0\`: \`berth release check\` names the least one that is honest.

## Components

<!-- berth docs: components -->
<!-- berth end -->

${readmeSectionOf(component)}`;
  return fillRegions(text, scaffoldComponent(component));
}

const changelog = `# Changelog

## [Unreleased]

### Added

- The first component.
`;

const pipeline = `stages: [check, smoke, release]

workflow:
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
    - if: $CI_COMMIT_TAG =~ /^\\d+\\.\\d+\\.\\d+(-[0-9A-Za-z.-]+)?$/
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH

variables:
  # A release is compared with the tags before it.
  GIT_DEPTH: "0"
  # Where the command line comes from: the repository of Berth at a release. The name on the public package registry is not ours.
  # If that project is private, write gitlab-ci-token:$CI_JOB_TOKEN@ before the host and let this project in there (CI/CD job token permissions).
  BERTH: git+https://$CI_SERVER_FQDN/your-group/berth.git#0.1.0

.berth:
  image: node:22.12.0-bookworm

check:
  extends: .berth
  stage: check
  interruptible: true
  script:
    - npm exec --yes --package="$BERTH" --call 'berth lint && berth docs --check'

# Every scenario in test/smoke on this GitLab, with the components of this commit. Needs the variable GITLAB_TOKEN: a project access
# token with the scope api and the role Developer. Make it a protected variable: a merge request runs its own code, so no pipeline of one may
# see the token, and this job is only there for the protected default branch and for protected tags (Settings > Repository > Protected tags).
smoke:
  extends: .berth
  stage: smoke
  script:
    - npm exec --yes --package="$BERTH" -- berth smoke --on gitlab --project "$CI_PROJECT_PATH"
  rules:
    - if: $GITLAB_TOKEN == null || $CI_COMMIT_REF_PROTECTED != "true"
      when: never
    - if: $CI_COMMIT_TAG
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH

# Refuses a tag that is lower than what changed since the last one deserves.
release_check:
  extends: .berth
  stage: release
  script:
    - npm exec --yes --package="$BERTH" --call 'berth release check && berth release notes > release_notes.md'
  artifacts:
    paths: [release_notes.md]
  rules:
    - if: $CI_COMMIT_TAG

# The keyword \`release\` publishes the tag to the CI/CD Catalog.
release:
  stage: release
  image: ${releaseImage}
  needs: [release_check]
  script:
    - echo "Publishing $CI_COMMIT_TAG"
  release:
    tag_name: $CI_COMMIT_TAG
    description: release_notes.md
  rules:
    - if: $CI_COMMIT_TAG
`;

function licenseOf(name: string, year: number): string {
  return `MIT License

Copyright (c) ${year} the authors of ${name}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;
}
