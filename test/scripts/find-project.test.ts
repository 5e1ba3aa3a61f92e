import { describe, expect, it } from "vitest";
import { findProject as find } from "./find-project.ts";
import { a, b, locks, pyproject } from "./made-up-projects.ts";

describe("the requirements of a project", () => {
  it.each(Object.entries(locks))("are read from %s, for the target alone, with hashes", (file, content) => {
    const { code, log, lines, facts } = find({ ...pyproject(file), [file]: content });
    expect(code, log).toBe(0);
    expect(log).toBe(`requirements: ${file}, 2 packages`);
    expect(lines).toEqual([`bridge==2.0 --hash=sha256:${b}`, `lettuce==1.0 --hash=sha256:${a}`]);
    expect(facts).toMatchObject({ NAMED: file, LOCKED: "1", LIST: "OUTPUT/requirements.txt" });
  });

  it.each(Object.entries(locks))("in %s depend on the target's patch release", (file, content) => {
    const { lines } = find({ ...pyproject(file), [file]: content }, { target: "3.11.9", python: "3.11.9" });
    expect(lines).toEqual([`lettuce==1.0 --hash=sha256:${a}`]);
  });

  const withGroups = Object.entries(locks).filter(([file]) => file !== "pylock.toml");
  it.each(withGroups)("of the tests are in the group that %s has for them", (file, content) => {
    const variables = { BERTH_TEST_REQUIREMENTS_FILE: "" };
    const { code, log, tests } = find({ ...pyproject(file), [file]: content }, { variables });
    expect(code, log).toBe(0);
    expect(log).toMatch(
      new RegExp(`the tests' requirements: [\\w, ]*dev[\\w, ]* of ${file} \\(input test_groups\\)`),
    );
    expect(tests).toEqual([`tasting==3.0 --hash=sha256:${a}`]);
  });

  it.each(withGroups)("that %s lacks make it out of date", (file, content) => {
    const more = Object.fromEntries(
      Object.entries(pyproject(file)).map(([name, text]) => [
        name,
        text.replace(/"lettuce"/, '"lettuce", "tomato"').replace(/^lettuce = .*$/m, '$&\ntomato = "*"'),
      ]),
    );
    const { code, log } = find({ ...more, [file]: content });
    expect(code).toBe(1);
    expect(log).toMatch(
      new RegExp(`^error: ${file} is out of date: .*tomato.*: run "\\w+ lock" and commit ${file}$`),
    );
  });

  it("come from the most exact file, and the log says which input chooses another", () => {
    const files = { ...pyproject("uv.lock"), "uv.lock": locks["uv.lock"]!, "requirements.txt": "lettuce\n" };
    expect(find(files).log).toBe(
      "requirements: uv.lock, 2 packages; not read: requirements.txt (input requirements_file chooses)",
    );
    const chosen = find(files, { variables: { BERTH_REQUIREMENTS_FILE: "requirements.txt" } });
    expect(chosen.facts).toMatchObject({
      NAMED: "requirements.txt",
      LIST: "PROJECT/requirements.txt",
      LOCKED: "",
    });
    const missing = find(files, { variables: { BERTH_REQUIREMENTS_FILE: "prod.txt" } });
    expect(missing.log).toBe(
      'error: there is no file "prod.txt" in this project (input requirements_file); there is uv.lock, requirements.txt, pyproject.toml',
    );
  });

  it("are the project itself where it is a package, and what it lists where it is none", () => {
    const list =
      '[project]\nname = "salad"\ndependencies = ["lettuce>=1"]\n[project.optional-dependencies]\nmore = ["bridge"]\n';
    expect(find({ "pyproject.toml": list }).lines).toEqual(["lettuce>=1"]);
    expect(find({ "pyproject.toml": list }, { variables: { BERTH_GROUPS: "more" } }).lines).toEqual([
      "lettuce>=1",
      "bridge",
    ]);
    const built = `${list}[build-system]\nrequires = ["setuptools"]\n`;
    expect(find({ "pyproject.toml": built }, { variables: { BERTH_GROUPS: "more" } }).lines).toEqual([
      "salad[more] @ file://PROJECT",
    ]);
    expect(find({ "setup.py": "" }).lines).toEqual(["PROJECT"]);
    expect(find({ "pyproject.toml": list }, { variables: { BERTH_GROUPS: "fast" } }).log).toBe(
      "error: there is no group or extra fast (input groups): pyproject.toml has more",
    );
  });

  it("are those of a member of a workspace, or of the folder above", () => {
    const member =
      'version = 1\n[[package]]\nname = "api"\nversion = "1"\nsource = { virtual = "services/api" }\n';
    const files = {
      "uv.lock": member,
      "services/api/pyproject.toml": '[project]\nname = "api"\n',
      "pyproject.toml": "",
    };
    expect(find(files, { source: "services/api" }).log).toBe("requirements: uv.lock, 0 packages");
    const above = { "requirements.txt": "lettuce\n", "site/wsgi.py": "" };
    expect(find(above, { source: "site" }).facts).toMatchObject({ NAMED: "requirements.txt" });
  });

  it("have paths that count from where the team's own commands run", () => {
    const package_ = { "libs/common/pyproject.toml": "", "backend/pyproject.toml": "", "pyproject.toml": "" };
    const files = {
      ...package_,
      "backend/requirements.txt": "-e .\n../libs/common[fast] ; python_version > '3'\nlettuce\n",
    };
    const { facts, log } = find(files, { source: "backend" });
    expect(facts.BASE).toBe("PROJECT/backend");
    expect(log).toContain("paths in backend/requirements.txt count from backend");
    const fromRoot = {
      ...package_,
      "requirements/prod.txt": "-r base.txt\n",
      "requirements/base.txt": "./libs/common\n",
    };
    expect(find(fromRoot).facts).toMatchObject({ NAMED: "requirements/prod.txt", BASE: "PROJECT" });
    expect(find({ "requirements.txt": "./libs\n" }).log).toBe(
      'error: requirements.txt names "./libs", which is no folder with a pyproject.toml or setup.py, counted from .',
    );
  });

  it.each([
    [
      "nothing",
      { "bot.py": "" },
      /^error: there is nothing in this project that says what .* write a requirements\.txt/,
    ],
    [
      "a folder below",
      { "api/requirements.txt": "" },
      /; there is api\/requirements\.txt: set the input source_folder/,
    ],
    [
      "tools' settings alone",
      { "pyproject.toml": "[tool.black]\n" },
      /has neither \[project\] nor \[tool\.poetry\]/,
    ],
    ["conda's list", { "environment.yml": "" }, /^error: environment\.yml is for conda/],
    [
      "a broken lock",
      { "Pipfile.lock": "{", Pipfile: "" },
      /^error: Pipfile\.lock is no valid JSON: .*line 1/,
    ],
    [
      "a lock of another form",
      { "uv.lock": "package = 1", "pyproject.toml": "" },
      /^error: uv\.lock has no project in it/,
    ],
    [
      "Poetry's list without its lock",
      { "pyproject.toml": '[tool.poetry]\nname = "x"\n' },
      /run "poetry lock" and commit poetry\.lock$/,
    ],
    ["another encoding", { "pyproject.toml": Buffer.from([0xff, 0xfe]).toString("latin1") }, /^error: /],
  ])("cannot be told from %s: one line says what would be right", (_, files, said) => {
    const { code, log } = find(files);
    expect(code).toBe(1);
    expect(log).toMatch(said);
    expect(log.split("\n")).toHaveLength(1);
  });

  it("never become an option or a second line of the list", () => {
    const lock = {
      "Pipfile.lock": JSON.stringify({ default: { lettuce: { version: "==1\n--index-url http://x" } } }),
      Pipfile: "",
    };
    expect(find(lock)).toMatchObject({ code: 1, lines: [] });
    const address = {
      "Pipfile.lock": JSON.stringify({ default: { lettuce: { file: "http://x/a.whl --pre" } } }),
      Pipfile: "",
    };
    expect(find(address)).toMatchObject({ code: 1, lines: [] });
  });
});
