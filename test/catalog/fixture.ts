import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const job = `
"$[[ inputs.job_prefix ]]scan":
  stage: $[[ inputs.stage ]]
  image: scanner:$[[ inputs.level ]]
  needs: [compile]
  script:
    - echo "$TARGET"
    - ./scan --depth=$[[ inputs.level ]]
`;

const first = `spec:
  description: Scans a target for faults.
  inputs:
    target:
      description: What to scan.
      regex: ^[a-z]+$
    level:
      description: How deep to look.
      type: number
      default: 1
    job_prefix:
      description: What the job's name begins with.
      default: ""
    stage:
      description: The job's stage.
      default: scan
---
${job}`;

const second = first.replace("default: 1\n", "default: 2\n      options: [1, 2, 3]\n").replace(
  "    stage:\n",
  `    format:
      description: The report's format.
      default: text
      options: [text, json]
    loud:
      description: Whether every step is told.
      type: boolean
      default: false
    paths:
      description: Folders to look at.
      type: array
      default: [src, lib]
    stage:
`,
);

const third = second.replace("Whether every step is told.", "Whether it says every step.").replace(
  "---\n",
  `---
"$[[ inputs.job_prefix ]]report":
  stage: $[[ inputs.stage ]]
  when: manual
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
      when: manual
  script: [echo report]
`,
);

const readme = `# Acme tools

![a picture](https://evil.example/badge.svg)

Tools that _Acme_ scans with.

## scan

Scans. <script>globalThis.harmed = true</script> <img src="https://evil.example/x.png" onerror="globalThis.harmed = true">

[bad](javascript:alert(1)) [the licence](LICENSE) [other](docs/notify.md)

| column | other |
| --- | --- |
| a | b |

### Inputs

| name |
| --- |
| this list is left out |

### Troubleshooting

\`\`\`yaml
include:
  - component: $CI_SERVER_FQDN/acme/tools/scan@1.0.0
    inputs: { target: app }
\`\`\`

## notify

Notifies.
`;

const notify = `spec:
  description: Says_what_happened_in_one_word_that_is_longer_than_any_line_on_the_narrow_screen_of_a_phone
  inputs:
    message:
      description: What to say.
    channel:
      description: Where to say it.
      default: mail
    mode:
      description: How it looks.
      rules:
        - if: $[[ inputs.channel ]] == "mail"
          options: [html, text]
          default: html
        - options: [text]
          default: text
---
include:
  - remote: https://elsewhere.example/more.yml
notify:
  script:
    - echo "$[[ inputs.message ]]"
`;

/** A component project with the releases 1.0.0, 1.1.0 and 2.0.0, and one change after them. */
export function makeProject(folder: string): void {
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], {
      cwd: folder,
      env: {
        ...process.env,
        GIT_COMMITTER_DATE: "2026-01-02T03:04:05Z",
        GIT_AUTHOR_DATE: "2026-01-02T03:04:05Z",
      },
    });
  const release = (tag: string, files: Readonly<Record<string, string>>) => {
    write(folder, files);
    git("add", "--all");
    git("commit", "--quiet", "--message", tag);
    git("tag", tag);
  };
  mkdirSync(folder, { recursive: true });
  git("init", "--quiet");
  git("remote", "add", "origin", "git@gitlab.example:acme/tools.git");
  release("1.0.0", { "README.md": readme, "templates/scan.yml": first });
  release("nightly", { "templates/notify/template.yml": notify });
  release("1.10.0", { "templates/scan.yml": second });
  release("2.0.0", { "templates/scan.yml": third });
  write(folder, {
    "templates/scan.yml": third.replace("    paths:\n", "    fresh:\n      default: new\n    paths:\n"),
  });
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
