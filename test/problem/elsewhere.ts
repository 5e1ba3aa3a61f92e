import type { Code } from "../../src/engine/problem/index.ts";
import { createdJobs, expandComponent, expandPipeline } from "../../src/index.ts";

/*
 * Codes that no file of a linted project can bring up: they need another project, a server, an event, or a text of megabytes. Each
 * with a configuration that does.
 */

const job = "build:\n  script: make\n";
const included = (include: string, options: Parameters<typeof expandPipeline>[1] = {}) =>
  expandPipeline(`include: [${include}]\n${job}`, options).problems[0]?.code;
const shared = { projects: { "group/shared": { HEAD: { "empty.yml": " " }, "1.0.0": {} } } };
const sources = (version: "latest_without_catalog") => ({
  local: { project: "group/app", sha: "HEAD", tree: { read: () => undefined, paths: () => [] } },
  component: () => version,
});
const rule = (exists: string) =>
  createdJobs(`${job}test:\n  script: make\n  rules:\n    - exists: {paths: [a], ${exists}}\n`, shared)
    .problems?.[0]?.code;
const masked = { variables: [{ key: "A", value: "secret", masked: true }], inputs: { level: "$A" } };
/** References that lead on and on, in files of a size that GitLab reads. */
const links = (from: number) =>
  Array.from(
    { length: 2_500 },
    (_, index) => `.a${from + index}: {b: !reference [.a${from + index + 1}]}\n`,
  ).join("");

export const elsewhere: Partial<Readonly<Record<Code, () => string | undefined>>> = {
  "pipeline-empty": () => expandPipeline("").problems[0]?.code,
  "project-missing": () => included("{project: group/gone, file: a.yml}"),
  "project-ref-missing": () => included("{project: group/shared, ref: gone, file: a.yml}", shared),
  "project-file-missing": () => included("{project: group/shared, file: a.yml}", shared),
  "project-file-empty": () => included("{project: group/shared, file: empty.yml}", shared),
  "remote-failed": () => included("{remote: 'https://example.com/a.yml'}"),
  "remote-integrity": () =>
    included("{remote: 'https://example.com/a.yml', integrity: sha256-abc}", {
      remote: { "https://example.com/a.yml": job },
    }),
  "file-empty-or-missing": () => included("{template: Gone.gitlab-ci.yml}"),
  "component-version-outside-catalog": () =>
    included("{component: gitlab.com/group/shared/a@~latest}", {
      sources: sources("latest_without_catalog"),
    }),
  "included-file-empty": () => included("{local: a.yml}", { files: { "a.yml": "# nothing\n" } }),
  "function-failed": () =>
    expandComponent(
      "spec: {inputs: {level: {default: a}}}\n---\nbuild: {script: '$[[ inputs.level | expand_vars ]]'}\n",
      masked,
    ).diagnostics[0]?.code,
  "blocks-too-large": () =>
    expandComponent(
      `spec: {inputs: {level: {default: a}}}\n---\nbuild: {script: "${"a".repeat(1024 * 1024 + 1)}"}\n`,
    ).diagnostics[0]?.code,
  "merged-too-deep": () => {
    const files = Object.fromEntries(
      Array.from({ length: 20 }, (_, index) => [`ci/${index}.yml`, links(index * 2_500)]),
    );
    return expandPipeline(`include: ci/*.yml\n.a50000: {c: d}\n${job}`, { files }).problems[0]?.code;
  },
  "merged-too-large": () => {
    const lines = Array.from({ length: 20 }, (_, index) => {
      return `.a${index}: {script: [!reference [.a${index + 1}, script], !reference [.a${index + 1}, script]]}\n`;
    });
    return expandPipeline(
      `.a20: {script: ["${"a".repeat(100)}"]}\n${lines.reverse().join("")}build: {script: [!reference [.a0, script]]}\n`,
    ).problems[0]?.code;
  },
  "rule-project-missing": () => rule("project: group/gone"),
  "rule-compare-to-missing": () =>
    createdJobs(`${job}test:\n  script: make\n  rules:\n    - changes: {paths: [a], compare_to: gone}\n`, {
      refs: ["main"],
    }).problems?.[0]?.code,
  "rule-ref-missing": () => rule("project: group/shared, ref: gone"),
};
