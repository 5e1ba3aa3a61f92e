import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { include, templates } from "./consumer.ts";

const mebibyte = 1_048_576;

/** What GitLab, its runner and Linux take at most. Everything of Berth's stays far below. */
const limits = {
  /** Application setting max_yaml_size_bytes: https://docs.gitlab.com/administration/instance_limits/#maximum-size-and-depth-of-cicd-configuration-yaml-files */
  file: 2 * mebibyte,
  /** A job's whole configuration as GitLab keeps it, since 18.11: Ci::JobDefinition, MAX_CONFIG_SIZE. */
  job: mebibyte,
  /** Application setting ci_max_includes: https://docs.gitlab.com/administration/settings/continuous_integration/#maximum-includes */
  includes: 150,
  /** One argument of a program in Linux, as where a shell gets the script by -c: MAX_ARG_STRLEN, execve(2). */
  argument: 131_072,
};

/** What we allow a job's script, so that there is room for more. */
const ours = 80_000;

const { jobs } = include([{ component: "delivery" }], {}, []);
const running = Object.entries(jobs).filter(([name]) => !name.startsWith("."));

describe("the limits of GitLab and its runner", () => {
  it.each(
    Object.entries(templates),
  )("are far above %s, also where an alias counts as often as it is used", (_, text) => {
    expect(Buffer.byteLength(text)).toBeLessThan(limits.file / 8);
    const values = parseAllDocuments(text).map((document) => document.toJS({ maxAliasCount: -1 }));
    expect(Buffer.byteLength(JSON.stringify(values))).toBeLessThan(limits.file / 4);
  });

  it("are far above each job of delivery", () => {
    expect(running.length).toBe(7);
    for (const [name, job] of running) {
      const script = job.script.flat(10).join("\n");
      expect(Buffer.byteLength(script), name).toBeLessThan(Math.min(ours, limits.argument));
      expect(Buffer.byteLength(JSON.stringify(job)), name).toBeLessThan(limits.job / 8);
    }
  });

  it("are far above the number of files that delivery takes, also five times in one pipeline", () => {
    const includes = Object.values(templates).flatMap((text) => text.match(/^ +- local: /gm) ?? []);
    expect(includes.length).toBeGreaterThan(5);
    expect(5 * (includes.length + 1)).toBeLessThan(limits.includes);
  });
});
