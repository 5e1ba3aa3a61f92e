import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runWithLibrary } from "./library.ts";

const library = ["ssh_key", "environment_file"];

function print(inputs: string, variables: Record<string, string> = {}): string {
  const { code, stdout, stderr } = runWithLibrary(library, "print_environment", {
    BERTH_ENV_VARIABLES: inputs,
    BERTH_ENV_FILE_VARIABLE: "ENV_PRODUCTION",
    ...variables,
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return stdout;
}

function problems(inputs: string, variables: Record<string, string> = {}): string[] {
  const { stdout } = runWithLibrary(library, "environment_problems", {
    BERTH_ENV_VARIABLES: inputs,
    ...variables,
  });
  return stdout.split("\n").filter(Boolean);
}

describe(".env.production", () => {
  it("holds the variables that are named, by prefix and under another name too, each once", () => {
    const variables = {
      SECRET_KEY: "s",
      MAIL_HOST: "h",
      MAIL_PORT: "25",
      PRODUCTION_DATABASE: "d",
      OTHER: "no",
    };
    expect(print("SECRET_KEY MAIL_* MAIL_HOST DATABASE=PRODUCTION_DATABASE", variables)).toBe(
      'SECRET_KEY="s"\nMAIL_HOST="h"\nMAIL_PORT="25"\nDATABASE="d"\n',
    );
  });

  it("takes by a prefix nothing of the pipeline, GitLab or the shell, and by name no secret of theirs", () => {
    const variables = {
      SSH_PRIVATE_KEY: "canary",
      CI_JOB_TOKEN: "canary",
      BERTH_SERVICE_NAME: "x",
      DEPLOY_USER: "x",
      GITLAB_USER_ID: "1",
      SECRET_KEY: "s",
    };
    for (const prefix of ["SSH_*", "CI_*", "BERTH_*", "DEPLOY_*", "GITLAB_*", "P*", "H*"])
      expect(print(prefix, variables), prefix).toBe("");
    expect(problems("SSH_* S*", variables)).toEqual([
      expect.stringMatching(/no CI\/CD variable for the application begins with SSH_/),
    ]);
    expect(print("S*", variables)).toBe('SECRET_KEY="s"\n');
    expect(problems("SSH_PRIVATE_KEY TOKEN=CI_JOB_TOKEN SECRET_KEY", variables)).toEqual([
      expect.stringMatching(/SSH_PRIVATE_KEY is the pipeline's own secret/),
      expect.stringMatching(/CI_JOB_TOKEN is the pipeline's own secret/),
    ]);
  });

  it("escapes backslashes and double quotes, and nothing else", () => {
    const value = " a\"b\\c$d`e'f#g=h%i!j\\n \t ü€ ";
    expect(print("V", { V: value })).toBe(`V=" a\\"b\\\\c$d\`e'f#g=h%i!j\\\\n \t ü€ "\n`);
  });

  it("keeps line feeds, at the end too", () => {
    expect(print("V", { V: "one\ntwo\n\n" })).toBe('V="one\ntwo\n\n"\n');
  });

  it("begins with the lines of the File variable", () => {
    const folder = mkdtempSync(join(tmpdir(), "berth-env-"));
    writeFileSync(join(folder, "file"), "A=1\r\nB='2'");
    expect(print("C", { ENV_PRODUCTION: join(folder, "file"), C: "3" })).toBe("A=1\nB='2'\nC=\"3\"\n");
    rmSync(folder, { recursive: true });
  });

  it("takes the content of a File variable that is named, not its path", () => {
    const folder = `${mkdtempSync(join(tmpdir(), "berth-env-"))}/project.tmp`;
    mkdirSync(folder);
    writeFileSync(join(folder, "CERTIFICATE"), "line 1\nline 2\n");
    expect(print("CERTIFICATE", { CERTIFICATE: join(folder, "CERTIFICATE") })).toBe(
      'CERTIFICATE="line 1\nline 2\n"\n',
    );
    rmSync(join(folder, ".."), { recursive: true });
  });

  it("never runs what a value holds", () => {
    const value = "$(touch /tmp/berth-injected) `id` ; id && id | id > /dev/null";
    expect(print("V", { V: value })).toBe(`V="${value}"\n`);
  });
});

describe("the problems of the variables", () => {
  it("are none when all is well", () => {
    expect(problems("A B=C D_*", { A: "1", C: "2", D_E: "3" })).toEqual([]);
  });

  it("are all named in one run, each with its cure", () => {
    const found = problems("MISSING BRACES RETURN 1BAD", { BRACES: "a${b}", RETURN: "a\rb" });
    expect(found.map((line) => line.split("\t").length)).toEqual([2, 2, 2, 2]);
    expect(found.map((line) => line.split("\t")[0])).toEqual([
      "the CI/CD variable MISSING is not set",
      'the value of BRACES has "${", which python-dotenv would replace',
      "the value of RETURN has a carriage return, which no env file carries",
      'env_variables: "1BAD=1BAD" is not a variable\'s name',
    ]);
  });

  it("take an empty variable for a value", () => {
    expect(problems("EMPTY", { EMPTY: "" })).toEqual([]);
    expect(print("EMPTY", { EMPTY: "" })).toBe('EMPTY=""\n');
  });

  it("do not show the value", () => {
    expect(problems("V", { V: "hunter2 ${x}" }).join()).not.toContain("hunter2");
  });
});
