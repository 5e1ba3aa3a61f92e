import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { bundleScript } from "../../src/embed/bundle.ts";
import { embedTemplates } from "../../src/embed/regions.ts";

const template = [
  "job:",
  "  script:",
  "    # berth embed: scripts/job.sh",
  "    # berth end",
  "  stage: test",
  "",
].join("\n");

/** The files of a project, as `read` sees them. */
function project(files: Record<string, string>) {
  return (path: string) => files[path];
}

/** One template without fragments, embedded. */
function embedScripts(file: string, text: string, read: (path: string) => string | undefined) {
  return embedTemplates([{ file, text }], read)[0]!;
}

/** What a runner's shell prints when it runs the one script entry of `job`. */
function runJob(files: Record<string, string>, shell = "sh", input = ""): string {
  const { text } = embedScripts("t.yml", template, project(files));
  const { script } = parse(text).job as { script: string[] };
  return execFileSync(shell, ["-e", "-c", script.join("\n")], { encoding: "utf8", input });
}

describe("embedScripts", () => {
  it("leaves everything outside the regions alone, and a second run changes nothing", () => {
    const read = project({ "scripts/job.sh": "#!/bin/sh\necho one\n\n  echo two\n" });
    const { text, scripts } = embedScripts("t.yml", template, read);
    expect(scripts).toEqual(["scripts/job.sh"]);
    expect(parse(text)).toEqual({
      job: {
        script: ["# scripts/job.sh (there with its comments)\necho one\n\n  echo two\n"],
        stage: "test",
      },
    });
    expect(embedScripts("t.yml", text, read).text).toBe(text);
    expect(embedScripts("t.yml", "no regions\n\n", read).text).toBe("no regions\n\n");
  });

  it("runs a bash script in a bash of its own with its line numbers, and leaves standard input to it", () => {
    const script = [
      "#!/usr/bin/env bash",
      "set -Eeuo pipefail",
      "a=(x y); read -r line",
      'echo "${a[1]} $LINENO $line"',
      "",
    ];
    expect(runJob({ "scripts/job.sh": script.join("\n") }, "dash", "from stdin\n")).toBe("y 4 from stdin\n");
  });

  it("says in one line that the image lacks bash", () => {
    const { text } = embedScripts(
      "t.yml",
      template,
      project({ "scripts/job.sh": "#!/usr/bin/env bash\necho no\n" }),
    );
    const entry = (parse(text).job as { script: string[] }).script[0]!;
    const run = () => execFileSync("/bin/dash", ["-c", entry], { env: { PATH: "/nowhere" }, stdio: "pipe" });
    expect(run).toThrow(/error: this job needs bash, which its image lacks/);
  });

  it("brings back any line of a bash script exactly, through YAML, sh and bash", () => {
    const line = fc
      .string({ unit: "grapheme", maxLength: 40 })
      .filter((text) => !/[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]|\$\[\[/u.test(text));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const data = `${lines.join("\n")}\n`;
        const files = {
          "scripts/job.sh": '#!/bin/bash\ncat "${BASH_SOURCE[0]%/*}/data.txt"\n',
          "scripts/data.txt": data,
        };
        expect(runJob(files)).toBe(data);
      }),
      { seed: 20260601, numRuns: 40 },
    );
  });

  it.each([
    [
      "a region without an end",
      "    # berth embed: scripts/job.sh\n",
      't.yml:1: region of "scripts/job.sh" has no "# berth end"',
    ],
    ["an end without a region", "a: 1\n# berth end\n", 't.yml:2: "# berth end" without'],
    [
      "a second region inside",
      "# berth embed: a.sh\n# berth embed: b.sh\n# berth end\n",
      't.yml:1: region of "a.sh" has no',
    ],
    ["a missing script", "# berth embed: a.sh\n# berth end\n", 't.yml:1: there is no script "a.sh"'],
  ])("refuses %s, with its line", (_, text, message) => {
    expect(() => embedScripts("t.yml", text, project({}))).toThrow(message);
  });
});

describe("bundleScript", () => {
  it("puts sourced files in once, in their place, and carries files as quoted here-documents", () => {
    const read = project({
      "scripts/jobs/a.sh": [
        "#!/usr/bin/env bash",
        'source "${BASH_SOURCE[0]%/*}/../lib/one.sh"',
        'source "${BASH_SOURCE[0]%/*}/../lib/two.sh"',
        "show() {",
        '  cat "${BASH_SOURCE[0]%/*}/../host/b.sh" | tr a-z A-Z',
        "}",
        "",
      ].join("\n"),
      "scripts/lib/one.sh": '#!/usr/bin/env bash\nsource "${BASH_SOURCE[0]%/*}/two.sh"\none=1\n',
      "scripts/lib/two.sh": "#!/usr/bin/env bash\n# shellcheck shell=bash\ntwo=2\n",
      "scripts/host/b.sh": '#!/usr/bin/env bash\nsource "${BASH_SOURCE[0]%/*}/../lib/two.sh"\necho "$HOME"\n',
    });
    expect(bundleScript("scripts/jobs/a.sh", read)).toBe(
      [
        "#!/usr/bin/env bash",
        "",
        "# scripts/lib/one.sh",
        "# scripts/lib/two.sh",
        "two=2",
        "one=1",
        "show() {",
        "  cat <<'END_OF_B_SH' | tr a-z A-Z",
        "#!/usr/bin/env bash",
        "",
        "# scripts/lib/two.sh",
        "two=2",
        'echo "$HOME"',
        "END_OF_B_SH",
        "}",
        "",
      ].join("\n"),
    );
  });

  it("leaves comments where they are read, but keeps a script's head and the line numbers of messages", () => {
    const read = project({
      "a.sh":
        '#!/bin/sh\n# usage: a.sh\n\n# why\nsource "${BASH_SOURCE[0]%/*}/b.sh"\n# shellcheck disable=SC2086\necho $x # and why\n',
      "b.sh": "#!/bin/sh\n# a head\n# more\necho '\n# text\n'\n",
      "c.sh": '# a\n\n# b\ncat "${BASH_SOURCE[0]%/*}/no.sh"\n',
    });
    expect(bundleScript("a.sh", read)).toBe(
      "#!/bin/sh\n# usage: a.sh\n\n\n# b.sh\necho '\n# text\n'\n# shellcheck disable=SC2086\necho $x # and why\n",
    );
    expect(() => bundleScript("c.sh", read)).toThrow('c.sh:4: carries "no.sh"');
  });

  it("takes another delimiter when the carried text holds the first one", () => {
    const read = project({ "a.sh": 'cat "${BASH_SOURCE[0]%/*}/b.txt"\n', "b.txt": "END_OF_B_TXT\n" });
    expect(bundleScript("a.sh", read)).toBe("cat <<'END_OF_B_TXT_'\nEND_OF_B_TXT\nEND_OF_B_TXT_\n");
  });

  it.each([
    [
      "a missing sourced file",
      'x\nsource "${BASH_SOURCE[0]%/*}/no.sh"',
      'a.sh:2: sources "no.sh", which does not exist',
    ],
    [
      "a missing carried file",
      'cat "${BASH_SOURCE[0]%/*}/no.sh"',
      'a.sh:1: carries "no.sh", which does not exist',
    ],
    [
      "another use of the script's folder",
      'cd "${BASH_SOURCE[0]%/*}/.."',
      "a.sh:1: a path beside the script",
    ],
    ["what GitLab would interpolate", "echo '$[[ inputs.x ]]'", 'a.sh:1: "$[[" would be interpolated'],
    ["a carriage return", "echo\r", "a.sh:1: a carriage return"],
    ["a control character", "echo\n\u001b[0m", "a.sh:2: a control character"],
  ])("refuses %s", (_, text, message) => {
    expect(() => bundleScript("a.sh", project({ "a.sh": text }))).toThrow(message);
  });
});
