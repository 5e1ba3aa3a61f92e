import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { makeProject } from "./job.ts";

const program = fileURLToPath(new URL("../../scripts/lib/explain.py", import.meta.url));
const { path: folder, remove } = makeProject({ "requirements.txt": "lettuce\nlettuce=1.0\n" });
afterAll(remove);

/** The line for what a tool said, and whether trying again may help. */
function explain(words: string) {
  writeFileSync(join(folder, "words.txt"), words);
  const { status, stdout, stderr } = spawnSync(
    "python3",
    [
      "-B",
      program,
      "words.txt",
      "/no/pip",
      "requirements.txt",
      "debian-12",
      "3.11.2",
      "python:3.11-bookworm",
    ],
    { cwd: folder, encoding: "utf8" },
  );
  expect(stderr).toBe("");
  return { line: stdout.trim(), again: status === 75, lines: stdout.trim().split("\n").length };
}

const unsatisfiable = (cause: string, hint = "") =>
  `error: No solution found when resolving dependencies\n  cause: ${cause}, we can conclude that your\n         requirements are unsatisfiable.\n${hint && `\nhint: ${hint}\n`}`;
const image = "set image to python:3.11-bookworm, which has it";
const pip = (lines: string) =>
  `Collecting uwsgi==2.0 (from -r x (line 1))\n  Preparing metadata (setup.py): finished\n${lines}`;

/** What uv 0.13.9 and pip 22 to 26 say, and the one line that a person reads first. */
const cases: readonly (readonly [name: string, words: string, line: string])[] = [
  [
    "a name that nobody has",
    unsatisfiable("Because lettuse was not found in the package registry and you require lettuse==1"),
    "lettuse is not in the package index: correct the name in requirements.txt, or set the index that has it (PIP_INDEX_URL)",
  ],
  [
    "the same, where folders are looked through too (--find-links)",
    unsatisfiable(
      "Because lettuse was not found in the provided package locations and you require lettuse==1",
    ),
    "lettuse is not in the package index: correct the name in requirements.txt",
  ],
  [
    "the same, by pip",
    "ERROR: Could not find a version that satisfies the requirement lettuse (from versions: none)\nERROR: No matching distribution found for lettuse\n",
    "lettuse is not in the package index: correct the name",
  ],
  [
    "a package that another one needs",
    unsatisfiable(
      "Because gone was not found in the package registry and all versions of salad depend on gone>=2",
    ),
    "gone (required by salad) is not in the package index",
  ],
  [
    "a version that there is not",
    unsatisfiable("Because there is no version of lettuce==9 and you require lettuce==9"),
    "lettuce 9 does not exist in the package index; correct the version in requirements.txt",
  ],
  [
    "a later C library",
    unsatisfiable(
      "Because lettuce==1.0 has no wheels with a matching platform tag (e.g., `manylinux_2_36_x86_64`) and only lettuce==1.0 is available",
      "Wheels are available for `lettuce` (v1.0) on the following platform: `manylinux_2_99_x86_64`",
    ),
    "lettuce 1.0 has no wheel for debian-12 (manylinux_2_36_x86_64; there are wheels for manylinux_2_99_x86_64) and no source",
  ],
  [
    "another ABI",
    unsatisfiable(
      "Because lettuce==1.0 has no wheels with a matching Python ABI tag (e.g., `cp311`) and only lettuce==1.0 is available",
    ),
    "lettuce 1.0 has no wheel for debian-12 (cp311) and no source: take another version of it",
  ],
  [
    "a later Python",
    unsatisfiable("Because later==1.0 requires Python >=3.14 and you require later==1.0"),
    "later 1.0 needs Python >=3.14, and debian-12 has 3.11.2: take another version of it, or set target",
  ],
  [
    "the same for a requirement's own",
    unsatisfiable(
      "Because the requested Python version (>=3.11.2) does not satisfy Python>=3.12 and django==6.0 depends on Python>=3.12",
    ),
    "django 6.0 needs Python >=3.12, and debian-12 has 3.11.2",
  ],
  [
    "the same, by pip",
    "ERROR: Package 'later' requires a different Python: 3.11.7 not in '>=3.14'\n",
    "later needs Python >=3.14, and debian-12 has 3.11.2",
  ],
  [
    "a contradiction",
    unsatisfiable(
      "Because all versions of salad depend on lettuce<1.1 and you require salad, we can conclude that you require lettuce<1.1.\n         And because you require lettuce==1.1",
    ),
    "two requirements contradict each other: all versions of salad depend on lettuce<1.1 and you require salad, and you require lettuce==1.1: change one of them in requirements.txt",
  ],
  [
    "the same, by pip",
    "The conflict is caused by:\n    The user requested lettuce==1.1\n    salad 1.0 depends on lettuce<1.1\n\nTo fix this you could try to:\n",
    "two requirements contradict each other: The user requested lettuce==1.1 salad 1.0 depends on lettuce<1.1: change",
  ],
  [
    "a slip in the list",
    'error: Couldn\'t parse requirement in `requirements.txt` at position 8\n  cause: no such comparison operator "=", must be one of ~= ==\n         lettuce=1.0\n                ^^^^\n',
    'requirements.txt:2 cannot be read: no such comparison operator "="',
  ],
  [
    "a conflict mark in the list",
    "error: Unexpected '<', expected '-c', '-e', '-r' or the start of a requirement: requirements.txt:1:1\n",
    "requirements.txt:1 cannot be read: Unexpected '<'",
  ],
  [
    "a list that is not there",
    "error: Error parsing included file in `requirements.txt` at position 0\n  cause: failed to read from file `/builds/base.txt`: No such file or directory (os error 2)\n",
    "requirements.txt names /builds/base.txt, which does not exist",
  ],
  [
    "another encoding",
    "error: failed to decode file `requirements.txt`: stream did not contain valid UTF-8\n",
    "requirements.txt is not UTF-8: save it as UTF-8",
  ],
  [
    "a folder without a package",
    "error: Distribution not found at: file:///builds/nowhere\n",
    "requirements.txt names file:///builds/nowhere, where no package is",
  ],
  [
    "a login that has expired",
    unsatisfiable(
      "Because lettuce was not found in the package registry and you require lettuce",
      "An index URL (https://index.example/simple/) could not be queried due to a lack of valid authentication credentials (401 Unauthorized)",
    ),
    "the package index https://index.example/simple/ answers 401 Unauthorized: correct its login",
  ],
  [
    "a login that may not",
    unsatisfiable(
      "Because lettuce was not found in the package registry and you require lettuce",
      "An index (https://index.example/simple/) returned a 403 Forbidden error. Check that",
    ),
    "the package index https://index.example/simple/ answers 403 Forbidden: correct its login",
  ],
  [
    "another hash",
    "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have\n    lettuce==1.0 from https://index.example/lettuce-1.0.whl (from -r x (line 1)):\n        Expected sha256 00\n",
    "the file of lettuce 1.0 in the index is not the one whose hash requirements.txt has",
  ],
  [
    "hashes that are demanded",
    "ERROR: Hashes are required in --require-hashes mode, but\nERROR: In --require-hashes mode, all requirements must have their versions pinned with ==. These do not:\n    lettuce from https://index.example/lettuce-1.0.whl (from -r x)\n",
    "hashes are demanded, and lettuce has none",
  ],
  ["a full disk", "OSError: [Errno 28] No space left on device\n", "no space is left on the runner's disk"],
  [
    "a compiler",
    pip(
      "      *** uWSGI compiling server core ***\n      Exception: you need a C compiler to build uWSGI\nerror: subprocess-exited-with-error\n",
    ),
    `uwsgi 2.0 needs a C compiler to be built, which this job's image lacks: ${image} (input image)`,
  ],
  [
    "a compiler that setuptools runs",
    pip("error: command 'gcc' failed: No such file or directory\n  ERROR: Failed building wheel for uwsgi\n"),
    `uwsgi needs a C compiler to be built`,
  ],
  [
    "pg_config",
    pip("Error: pg_config executable not found.\nerror: metadata-generation-failed\n"),
    `uwsgi 2.0 needs pg_config (libpq) to be built, which this job's image lacks: ${image}, or require psycopg2-binary`,
  ],
  [
    "a header",
    pip("src/a.c:3:10: fatal error: ffi.h: No such file or directory\n"),
    "uwsgi 2.0 needs the header ffi.h to be built",
  ],
  [
    "git",
    "ERROR: Error [Errno 2] No such file or directory: 'git' while executing command git version\nERROR: Cannot find command 'git' - do you have 'git' installed and in your PATH?\n",
    "a package needs git to be built",
  ],
  [
    "Rust",
    pip("error: can't find Rust compiler\n"),
    "uwsgi 2.0 needs a Rust compiler to be built, which this job's image lacks: take an image that has one (input image)",
  ],
  [
    "a build that asks for too little",
    pip("      ModuleNotFoundError: No module named 'pkg_resources'\nerror: subprocess-exited-with-error\n"),
    "uwsgi 2.0 does not build: it needs pkg_resources, which it does not ask for",
  ],
  [
    "a build that fails",
    pip("      AttributeError: use_2to3 is invalid\nerror: metadata-generation-failed\n"),
    "uwsgi 2.0 does not build: AttributeError: use_2to3 is invalid; take a version that has a wheel for Python 3.11.2",
  ],
  [
    "metadata of old",
    "WARNING: Ignoring version 5.2.0 of celery since it has invalid metadata:\nERROR: No matching distribution found for celery==5.2.0\n",
    "celery 5.2.0 has metadata that pip does not read any more",
  ],
  ["something new", "error: the moon is in the way\n", "error: the moon is in the way"],
];
const passing: readonly (readonly [name: string, words: string, line: string])[] = [
  [
    "out of order",
    "error: Failed to fetch: https://index.example/simple/lettuce/\n  cause: HTTP status server error (503 Service Unavailable) for url (https://index.example/simple/lettuce/)\n",
    "the package index answers 503 Service Unavailable at https://index.example/simple/lettuce/",
  ],
  [
    "refused",
    "error: Failed to fetch: https://index.example/simple/lettuce/\n  cause: tcp connect error\n  cause: Connection refused (os error 111)\n",
    "nobody answers at https://index.example/simple/lettuce/ (connection refused)",
  ],
  [
    "an unknown name",
    "error: Failed to fetch: https://index.example/simple/\n  cause: dns error\n  cause: failed to lookup address information: Name or service not known\n",
    "the name of https://index.example/simple/ is not known on this runner",
  ],
  [
    "cut off",
    "Collecting lettuce==1.0\npip._vendor.urllib3.exceptions.ProtocolError: ('Connection broken: IncompleteRead(5 bytes read)')\n",
    "a download was cut off or is damaged (lettuce 1.0): try again",
  ],
  [
    "a server of git's",
    "error: Failed to download and build `lettuce @ git+https://git.example/x/y@main`\n  cause: Git operation failed\n         fatal: unable to access 'https://git.example/x/y/': Failed to connect to git.example port 443\n",
    "git cannot fetch lettuce @ git+https://git.example/x/y@main: unable to access",
  ],
];

describe("what a tool says in many words", () => {
  it.each(cases)("is one line with the cure: %s", (_, words, line) => {
    const told = explain(words);
    expect(told.line).toContain(line);
    expect(told).toMatchObject({ again: false, lines: 1 });
  });

  it.each(passing)("is tried again where it may pass: %s", (_, words, line) => {
    const told = explain(words);
    expect(told.line).toContain(line);
    expect(told).toMatchObject({ again: true, lines: 1 });
  });
});
