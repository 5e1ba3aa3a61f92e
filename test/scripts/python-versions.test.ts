import { describe, expect, it } from "vitest";
import { findProject as find } from "./find-project.ts";

describe("the Python that a project asks for", () => {
  const list = { "requirements.txt": "" };
  it.each([
    [
      ".python-version",
      "# ours\n3.12\n",
      ".python-version:2 wants Python 3.12",
      "set target to ubuntu-24.04, or",
    ],
    [
      "runtime.txt",
      "python-3.13.1\n",
      "runtime.txt:1 wants Python python-3.13.1",
      "set target to debian-13, or",
    ],
    [
      ".tool-versions",
      "nodejs 20\npython 3.10.4\n",
      ".tool-versions:2 wants Python 3.10.4",
      "set target to ubuntu-22.04, or",
    ],
    [
      "mise.toml",
      '[tools]\npython = "3.9"\n',
      "mise.toml [tools] wants Python 3.9",
      "packages are made for Python 3.10 and later:",
    ],
    [
      "pyproject.toml",
      '[project]\nrequires-python = ">=3.11.4"\n',
      "pyproject.toml (requires-python) wants Python >=3.11.4",
      "set target to what the server has, or",
    ],
    [
      "pyproject.toml",
      '[tool.poetry.dependencies]\npython = "^3.12"\n',
      "pyproject.toml (python) wants Python ^3.12",
      "set target to ubuntu-24.04, or",
    ],
    [
      "Pipfile",
      '[requires]\npython_version = "3.14"\n',
      "Pipfile (requires) wants Python 3.14",
      "set target to what the server has, or",
    ],
  ])("in %s is held against the target: %j", (file, content, wants, cure) => {
    const { code, log } = find({ ...list, [file]: content });
    expect(code).toBe(1);
    expect(log).toBe(
      `error: ${wants}, and the target debian-12 (input target) has Python 3.11.2: ${cure} correct ${file}`,
    );
  });

  it.each([
    [
      ".python-version",
      "3.11.x\n",
      /^error: \.python-version:1 says "3\.11\.x", which is no version of Python/,
    ],
    [".python-version", "3.11.999\n", /says "3\.11\.999", which is no version of Python/],
    [".python-version", "# none\n", /^error: \.python-version has no version in it/],
    [
      "pyproject.toml",
      '[project]\nrequires-python = "three"\n',
      /^error: pyproject\.toml \(requires-python\) is "three", which is no condition/,
    ],
  ])("that is none is refused: %s, %j", (file, content, said) => {
    expect(find({ ...list, [file]: content })).toMatchObject({ code: 1, log: expect.stringMatching(said) });
  });

  it.each([
    [".python-version", "3.11\n"],
    [".python-version", "cpython-3.11.2-linux-x86_64-gnu\n"],
    ["runtime.txt", "latest\n"],
    ["pyproject.toml", '[project]\nrequires-python = ">=3.8,<4"\n'],
    ["pyproject.toml", '[tool.poetry.dependencies]\npython = "~3.10 || ^3.11"\n'],
  ])("may be the target's: %s, %j", (file, content) => {
    expect(find({ ...list, [file]: content })).toMatchObject({
      code: 0,
      log: expect.stringMatching(/^requirements: requirements\.txt(; not read: pyproject\.toml .*)?$/),
    });
  });

  it("may be another patch release, which is said; and any in a job for several", () => {
    expect(find({ ...list, ".python-version": "3.11.9" }).log).toContain(
      ".python-version:1 says 3.11.9: the target's 3.11.2 counts",
    );
    const several = { python: "3.13", target: "Python 3.13", variables: { BERTH_EVERY_PYTHON: "1" } };
    expect(find({ ...list, ".python-version": "3.11.9" }, several).code).toBe(0);
  });
});
