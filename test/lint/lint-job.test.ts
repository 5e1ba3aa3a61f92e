import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { expandPipeline } from "../../src/index.ts";
import { lint } from "../../src/lint/index.ts";

const path = "examples/lint-job.yml";
const text = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const include = (inputs: Record<string, string>) =>
  expandPipeline(JSON.stringify({ include: [{ local: `/${path}`, inputs }] }), { files: { [path]: text } });

test("the job to include is one that GitLab takes, and berth lint has nothing to say of it", () => {
  const { errors, config } = include({ package: "git+https://gitlab.example.com/group/berth.git#1.2.3" });
  expect(errors).toEqual([]);
  expect(config).toHaveProperty(["berth_lint", "artifacts", "reports", "codequality"]);
  expect(lint([{ path, text }])).toEqual([]);
});

test("the name alone, which is another package on the public registry, is refused", () => {
  expect(include({ package: "berth" }).errors.join()).toMatch(
    /package.*does not match required RE2? ?regex|does not match/i,
  );
  expect(include({}).errors.join()).toMatch(/required value has not been provided/);
});
