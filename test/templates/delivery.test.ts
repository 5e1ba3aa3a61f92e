import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { createdJobs } from "../../src/index.ts";
import { expectComplete, lacking } from "../complete.ts";
import { include, templates } from "./consumer.ts";

const stages = ["validate", "test", "build", "pre-deploy", "deploy", "post-deploy", "rollback"];

interface Component {
  readonly spec: {
    readonly inputs: Readonly<Record<string, { default?: unknown; regex?: string; type?: string }>>;
  };
}

function inputsOf(component: string): Component["spec"]["inputs"] {
  return (parseAllDocuments(templates[`templates/${component}.yml`]!)[0]!.toJS() as Component).spec.inputs;
}

/** delivery's own includes, with the inputs that it hands on. */
const handedOn = (
  parseAllDocuments(templates["templates/delivery.yml"]!)[1]!.toJS() as {
    include: { local: string; inputs: Record<string, string> }[];
  }
).include.map(({ local, inputs }) => ({
  component: local.slice("/templates/".length, -".yml".length),
  inputs,
}));

describe("delivery", () => {
  it("can be included twice: the jobs differ in their names and inputs alone, what they run is there once", () => {
    const inputs = [{ job_prefix: "a-" }, { job_prefix: "b-" }];
    const { expansion, jobs } = include(
      inputs.map((each) => ({ component: "delivery", inputs: each })),
      {},
      [],
    );
    expect(expansion.errors).toEqual([]);
    const names = Object.keys(jobs);
    const hidden = Object.keys(expansion.config ?? {}).filter((name) => name.startsWith(".berth_scripts_"));
    expect(hidden).toHaveLength(2); // the jobs that know a server, and those that know Python
    const [first, second] = ["a-", "b-"].map((prefix) => names.filter((name) => name.startsWith(prefix)));
    expect(first).toHaveLength(7);
    for (const [index, name] of first!.entries())
      expect(jobs[name]!.script).toEqual(jobs[second![index]!]!.script);
  });

  it("is seven stages without a word of the consumer's, and is what the parts are", () => {
    const parts = handedOn.map(({ component }) => ({ component }));
    const whole = include([{ component: "delivery" }], {}, []);
    expect(whole.expansion.errors).toEqual([]);
    expect(whole.expansion.stages).toEqual([".pre", ...stages, ".post"]);
    expect(whole.expansion.jobs).toEqual(include(parts, {}, stages).expansion.jobs);
    expect(whole.created).toEqual(include(parts, {}, stages).created);
  });

  it("only checks and tests in a merge request", () => {
    const { created } = include(
      [{ component: "delivery" }],
      { source: "merge_request_event", ref: "topic" },
      [],
    );
    expect(created).toEqual(["validate_syntax", "run_tests"]);
  });

  it.each(handedOn)("hands every input of $component on, save the stages, with the same default", ({
    component,
    inputs,
  }) => {
    const theirs = inputsOf(component);
    const ours = inputsOf("delivery");
    const expected = Object.keys(theirs).filter((name) => !/(^|_)stage$/.test(name));
    expectComplete(lacking(expected, Object.keys(inputs)), (name) =>
      [
        `Declare it in spec:inputs of templates/delivery.yml as templates/${component}.yml does, and hand it on where ${component} is included:`,
        `    inputs:\n      ${name}: $[[ inputs.${name} ]]`,
      ].join("\n"),
    );
    expect(
      lacking(Object.keys(inputs), expected),
      `${component} has no such inputs: templates/delivery.yml must not hand them on`,
    ).toEqual([]);
    for (const [name, value] of Object.entries(inputs)) {
      const own = /^\$\[\[ inputs\.(\w+) \]\]$/.exec(value)?.[1] ?? "";
      const { default: preset, regex, type } = theirs[name]!;
      expect(
        { own, default: ours[own]?.default, regex: ours[own]?.regex, type: ours[own]?.type },
        `${name} of ${component} and ${own} of delivery differ in type, default or regex`,
      ).toEqual({
        own,
        default: preset,
        regex,
        type,
      });
    }
  });

  it("is what the example includes", () => {
    const example = readFileSync(
      new URL("../../examples/flask-helpdesk/.gitlab-ci.yml", import.meta.url),
      "utf8",
    );
    const projects = { "your-group/berth": { "1": templates } };
    const { expansion, jobs } = createdJobs(example, { projects });
    expect(expansion.errors).toEqual([]);
    expect(expansion.stages).toEqual([".pre", ...stages, ".post"]);
    expect([...jobs.keys()]).toEqual(include([{ component: "delivery" }], {}, []).created);
  });
});
