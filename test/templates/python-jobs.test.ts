import { describe, expect, it } from "vitest";
import { include } from "./consumer.ts";

const three = [{ component: "validate" }, { component: "test" }, { component: "build" }];
const checks = ["validate_syntax", "run_tests"];
const all = [...checks, "build_deployment_package"];

describe("validate, test and build", () => {
  it.each([
    ["the default branch", {}, all],
    ["a merge request", { source: "merge_request_event", ref: "topic" }, checks],
    ["another branch", { ref: "topic" }, []],
    ["a tag", { ref: "1.0.0", tag: true }, []],
  ])("run on %s as the design's table says", (_, event, expected) => {
    const { expansion, created } = include(three, event);
    expect(expansion.errors).toEqual([]);
    expect(expansion.warnings).toEqual([]);
    expect(created).toEqual(expected);
  });

  it("follow another branch than the default one", () => {
    const inputs = { branch: "release/1.x" };
    const chosen = three.map((each) => ({ ...each, inputs }));
    expect(include(chosen, { ref: "release/1.x" }).created).toEqual(all);
    expect(include(chosen, { ref: "main" }).created).toEqual([]);
  });

  it("can be included twice, for two applications in one project", () => {
    const twice = ["", "admin_"].flatMap((job_prefix) =>
      three.map((each) => ({
        ...each,
        inputs: { job_prefix, source_folder: job_prefix ? "admin" : "site" },
      })),
    );
    const { jobs, created } = include(twice);
    expect(created.toSorted()).toEqual([...all, ...all.map((name) => `admin_${name}`)].toSorted());
    expect(jobs.admin_run_tests?.job_variables.BERTH_SOURCE_FOLDER?.value).toBe("admin");
    expect(jobs.run_tests?.job_variables.BERTH_SOURCE_FOLDER?.value).toBe("site");
  });

  it("take stage, image and runner from their inputs", () => {
    const inputs = {
      stage: "quality",
      image: "registry.example/python:3.12",
      runner_tags: ["docker", "large"],
    };
    const chosen = three.map((each) => ({ ...each, inputs }));
    const { jobs } = include(chosen, {}, ["quality"]);
    for (const name of all) {
      expect(jobs[name]).toMatchObject({
        stage: "quality",
        image: { name: inputs.image },
        tags: inputs.runner_tags,
      });
    }
  });

  it.each([
    [{}, "debian-12", "3.11", "bookworm"],
    [{ target: "debian-12" }, "debian-12", "3.11", "bookworm"],
    [{ target: "debian-13" }, "debian-13", "3.13", "trixie"],
    [{ target: "ubuntu-22.04" }, "ubuntu-22.04", "3.10", "bookworm"],
    [{ target: "ubuntu-24.04" }, "ubuntu-24.04", "3.12", "bookworm"],
    [{ target: "3.11.2" }, "3.11.2", "3.11", "bookworm"],
    [{ target: "3.12.12" }, "3.12.12", "3.12", "bookworm"],
    [{ python_version: "3.13" }, "", "3.13", "bookworm"],
    [{ target: "debian-13", python_version: "3.12" }, "debian-13", "3.12", "trixie"],
  ])("take their image from the target: %o", (inputs, target, version, debian) => {
    const chosen = three.map((each) => ({ ...each, inputs }));
    const { jobs } = include(chosen);
    for (const name of all) {
      const { image, job_variables: variables } = jobs[name]!;
      expect(image?.name).toMatch(/^python:\$\{BERTH_PYTHON_VERSION\}-slim-\$\{BERTH_DEBIAN\}$/);
      expect(variables.BERTH_TARGET?.value).toBe(target);
      expect(variables.BERTH_PYTHON_VERSION?.value).toBe(version);
      expect(variables.BERTH_DEBIAN?.value).toBe(debian);
    }
  });

  it("run the tests on each Python version side by side when asked to", () => {
    const inputs = { every_python_version: true, python_versions: ["3.11", "3.13"], allow_failure: true };
    const { created, jobs } = include([{ component: "test", inputs }]);
    expect(created).toEqual(["run_tests: [3.11]", "run_tests: [3.13]"]);
    expect(jobs["run_tests: [3.13]"]?.allow_failure).toBe(true);
    expect(jobs["run_tests: [3.13]"]?.job_variables.BERTH_TARGET).toBeUndefined();
  });

  it.each([
    ["validate", "source_folder", "../elsewhere"],
    ["validate", "source_folder", "site; touch pwned"],
    ["validate", "python_version", "3"],
    ["validate", "target", "debian-11"],
    ["build", "target", "3.9.2"],
    ["validate", "branch", 'x" == "x'],
    ["test", "requirements_file", "/etc/passwd"],
    ["test", "job_prefix", "a b"],
    ["build", "version", "1.0 && x"],
    ["build", "image", "python 3"],
  ])("refuse what an input of %s must not be: %s = %s", (component, input, value) => {
    const { expansion } = include([{ component, inputs: { [input]: value } }]);
    expect(expansion.errors.join("\n")).toContain(
      `\`${input}\` input: provided value does not match required RegEx`,
    );
  });

  it("hand free text on as it is, never as code or a variable", () => {
    const exclude = "$CI_JOB_TOKEN `id` $(id) \"'";
    const { jobs } = include([{ component: "build", inputs: { exclude } }]);
    expect(jobs.build_deployment_package?.job_variables.BERTH_EXCLUDE).toEqual({ value: exclude, raw: true });
  });
});
