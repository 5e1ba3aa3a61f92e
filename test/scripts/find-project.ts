import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeProject } from "./job.ts";
import { runWithLibrary } from "./library.ts";

const program = fileURLToPath(new URL("../../scripts/lib/find_project.py", import.meta.url));
let pip: string | undefined;

export interface FindOptions {
  readonly source?: string;
  readonly target?: string;
  readonly python?: string;
  readonly variables?: Readonly<Record<string, string>>;
}

/** What scripts/lib/find_project.py finds in a project: the log, the lines of the list, and the facts for the job, whose paths begin with PROJECT or OUTPUT. */
export function findProject(files: Readonly<Record<string, string>>, options: FindOptions = {}) {
  const project = makeProject(files);
  pip ??= runWithLibrary(["pip"], "pip_wheel_of python3").stdout.trim();
  const output = mkdtempSync(join(project.path, "..", "out-"));
  const { target = "debian-12", python = "3.11.2", source = ".", variables = {} } = options;
  const { status, stderr } = spawnSync(
    "python3",
    ["-B", program, output, project.path, source, target, python],
    {
      encoding: "utf8",
      env: { PATH: process.env.PATH, BERTH_PIP_WHEEL: pip, ...variables },
    },
  );
  const plain = (text: string) => text.replaceAll(project.path, "PROJECT").replaceAll(output, "OUTPUT");
  const text = existsSync(join(output, "facts")) ? readFileSync(join(output, "facts"), "utf8") : "";
  const facts = Object.fromEntries(
    plain(text)
      .split("\0")
      .filter(Boolean)
      .map((record) => [record.split("=")[0]!, record.slice(record.indexOf("=") + 1)]),
  );
  const lines = (name: string) =>
    existsSync(join(output, name))
      ? plain(readFileSync(join(output, name), "utf8"))
          .trim()
          .split("\n")
      : [];
  const found = {
    code: status,
    log: plain(stderr).trim(),
    facts,
    lines: lines("requirements.txt"),
    tests: lines("tests.txt"),
  };
  project.remove();
  return found;
}
