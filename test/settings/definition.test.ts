import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import {
  constrainedTemplate,
  forms,
  hasForm,
  type Setting,
  settingOfInput,
  settings,
  settingsTable,
} from "../../src/settings/index.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const templates = readdirSync(join(root, "templates"))
  .filter((name) => name.endsWith(".yml"))
  .map((name) => ({ path: `templates/${name}`, text: readFileSync(join(root, "templates", name), "utf8") }));
const folder = mkdtempSync(join(tmpdir(), "berth-definition-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Job {
  readonly variables?: Readonly<Record<string, string | { value: string; expand?: boolean }>>;
}

describe("every setting has one definition", () => {
  it("and each name only once", () => {
    const inputs = settings.flatMap(({ input, inputAlso = [] }) => (input ? [input, ...inputAlso] : []));
    const variables = settings.flatMap(({ variable }) => variable ?? []);
    expect(new Set(inputs).size).toBe(inputs.length);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it("with a default that the setting itself takes", () => {
    for (const { value, default: preset } of settings) {
      if (value.type === "number" && preset !== undefined) {
        expect(preset).toBeGreaterThanOrEqual(value.least);
        expect(preset).toBeLessThanOrEqual(value.most);
      }
      if (value.type === "choice") expect(value.options).toContain(preset);
    }
  });

  it.each(templates)("and the inputs of $path are constrained by it", ({ path, text }) => {
    expect(constrainedTemplate(path, text)).toBe(text);
  });

  it("which says so where an input's constraint was changed in a template", () => {
    const { path, text } = templates.find(({ path: each }) => each.endsWith("/deploy.yml"))!;
    const changed = text
      .replace("      regex: ^[A-Za-z0-9][A-Za-z0-9_.-]*$\n", "      regex: .*\n")
      .replace("      options: [auto, import, none]\n", "")
      .replace(" harden_unit=$[[ inputs.harden_unit ]]", "")
      .replace("      type: number\n      default: 60\n", "      type: string\n      default: 61\n");
    expect(changed.length).not.toBe(text.length);
    expect(constrainedTemplate(path, changed)).toBe(text);
  });

  it("with a form that TypeScript reads as bash does", () => {
    const texts = [
      "",
      " ",
      "a",
      "a b",
      "a-b_c.d",
      "A",
      "1",
      "0",
      "80",
      "65536",
      "a:80",
      "[::1]:80",
      "]:1",
      "/a",
      "/a/b",
      "/a/../b",
      "a/b",
      "a/b/",
      "a/b c",
      ".",
    ];
    texts.push(
      "-a",
      "a=b",
      "A_*",
      "A=B",
      "a\tb",
      "a\nb",
      "\x7f",
      "http://a",
      "http://a b",
      "unix:/run/x",
      "3.11",
      "é",
      "a@b",
      "0".repeat(64),
      "_",
      "a\n",
    );
    const program = `source '${root}scripts/lib/messages.sh'; source '${root}scripts/lib/settings_table.sh'; source '${root}scripts/lib/settings.sh'
      for kind in $KINDS; do for text; do if fits "$text" "$kind"; then echo true; else echo false; fi; done; done`;
    const kinds = Object.keys(forms).filter((form) =>
      settings.some(({ value, variable }) => variable && value.type === "text" && value.form === form),
    );
    const { stdout, status } = spawnSync("bash", ["-c", program, "bash", ...texts], {
      encoding: "utf8",
      env: { PATH: process.env.PATH ?? "", LC_ALL: "C", KINDS: kinds.join(" ") },
    });
    expect(status).toBe(0);
    const judged = kinds.flatMap((kind) =>
      texts.map((text) => `${kind} ${JSON.stringify(text)} ${hasForm(text, kind as keyof typeof forms)}`),
    );
    const inBash = kinds.flatMap((kind) => texts.map((text) => `${kind} ${JSON.stringify(text)}`));
    expect(judged).toEqual(
      stdout
        .trim()
        .split("\n")
        .map((verdict, index) => `${inBash[index]} ${verdict}`),
    );
  });

  it("and a template's input without one is refused, with its place", () => {
    const text = "spec:\n  inputs:\n    novelty:\n      description: New.\n---\njob: {}\n";
    expect(() => constrainedTemplate("templates/x.yml", text)).toThrow(
      'templates/x.yml:3: the input "novelty" is not in src/settings/settings.ts',
    );
  });
});

/** Every `variables:` of a template's jobs, with the variables that carry settings. */
const carried = templates.flatMap(({ path, text }) => {
  const documents = parseAllDocuments(text, { merge: true });
  const header = documents[0]!.toJS() as { spec: { inputs: Record<string, { description: string }> } };
  const body = documents[1]!.toJS() as Record<string, Job>;
  return [
    { path, inputs: header.spec.inputs, jobs: Object.values(body).filter(({ variables }) => variables) },
  ];
});

/** What a job's target means, written out in the template: a text that the setting takes, or the beginning of the input. */
function isOfTarget(variable: string, value: string): boolean {
  if (value === "$[[ inputs.target | truncate(0, 4) ]]") return variable === "BERTH_PYTHON_VERSION";
  const setting = settings.find((each) => each.variable === variable);
  if (value.includes("$[[") || setting === undefined) return false;
  if (setting.value.type === "choice") return setting.value.options.includes(value);
  return (
    setting.value.type === "text" && value !== "" && new RegExp(forms[setting.value.form].pattern).test(value)
  );
}

describe.each(carried)("the jobs of $path", ({ inputs, jobs }) => {
  const variables = jobs.flatMap((job) => Object.entries(job.variables ?? {}));

  it("hand each input to bash in the variable that the definition names", () => {
    for (const [variable, given] of variables.filter(([name]) => name.startsWith("BERTH_"))) {
      const value = typeof given === "string" ? given : given.value;
      if (variable === "BERTH_SWITCHES") continue;
      if (isOfTarget(variable, value)) continue;
      const input = /^\$\[\[ inputs\.(\w+) \]\]$/.exec(value)?.[1];
      expect({ value, variable }).toEqual({ value, variable: settingOfInput(input!)?.variable });
    }
  });

  it("forget none: every input that bash reads is handed to it", () => {
    if (jobs.length === 0) return; // delivery has no job of its own
    const words = variables.flatMap(([, given]) =>
      [...(typeof given === "string" ? given : given.value).matchAll(/\$\[\[ inputs\.(\w+) \]\]/g)].map(
        ([, name]) => name,
      ),
    );
    const read = Object.keys(inputs).filter((name) => {
      const { variable, value } = settingOfInput(name)!;
      return variable !== undefined || value.type === "switch";
    });
    expect([...new Set(words)].filter((name) => read.includes(name!)).toSorted()).toEqual(read.toSorted());
  });

  it("let GitLab expand nothing in free text", () => {
    for (const [variable, given] of variables) {
      const setting = settings.find((each) => each.variable === variable);
      if (setting?.value.type !== "text" || !["line", "words"].includes(setting.value.form)) continue;
      expect({ variable, given }).toEqual({ variable, given: { value: expect.any(String), expand: false } });
    }
  });

  it("give every boolean input a word in BERTH_SWITCHES", () => {
    const own = Object.keys(inputs).filter((name) => settingOfInput(name)!.value.type === "switch");
    for (const { variables: each = {} } of jobs) {
      if (own.length === 0 || !("BERTH_SWITCHES" in each)) continue;
      expect(
        String(each.BERTH_SWITCHES)
          .split(/ (?=\w+=)/)
          .toSorted(),
      ).toEqual(own.map((name) => `${name}=$[[ inputs.${name} ]]`).toSorted());
    }
  });

  it("have the bounds of each number in its description: GitLab knows none", () => {
    for (const [name, { description }] of Object.entries(inputs)) {
      const { value } = settingOfInput(name)!;
      if (value.type === "number") expect(description).toContain(`${value.least} to ${value.most}`);
    }
  });
});

describe("on the server", () => {
  const scripts = readdirSync(join(root, "scripts/host")).map((name) =>
    readFileSync(join(root, "scripts/host", name), "utf8"),
  );
  const words = (pattern: RegExp) => scripts.flatMap((text) => text.match(pattern) ?? []);
  // What one of the server's programs tells another by its environment is not a setting, nor is a name that a message tells people.
  const ownEnvironment = words(/(?<=os\.environ\[")BERTH_\w+(?="\] = )/g);
  const toldToPeople = words(/(?<=\()BERTH_\w+(?=\)")/g);
  const others = new Set([...ownEnvironment, ...toldToPeople]);
  const read = new Set(words(/\bBERTH_[A-Z0-9_]*[A-Z0-9]/g).filter((name) => !others.has(name)));
  const sent = settings.flatMap(({ variable, server }) => (variable && server ? [variable] : []));

  it("every setting that its scripts read is one that is sent, and the other way round", () => {
    expect([...read].toSorted()).toEqual([...new Set(sent)].toSorted());
  });

  it("a new input arrives, without a word elsewhere", () => {
    cpSync(join(root, "scripts"), folder, { recursive: true });
    const novelty: Setting = {
      input: "novelty",
      variable: "BERTH_NOVELTY",
      value: { type: "text", form: "line" },
      default: "old",
      server: true,
    };
    writeFileSync(join(folder, "lib/settings_table.sh"), settingsTable("job", [...settings, novelty]));
    writeFileSync(join(folder, "host/settings_table.sh"), settingsTable("server", [...settings, novelty]));
    const usual = "export BERTH_SERVICE_NAME=a BERTH_DEPLOY_PATH=/srv/a BERTH_BACKUP_PATH=/srv/b";
    const job = `source '${folder}/lib/messages.sh'; source '${folder}/lib/server.sh'; print_settings`;
    const host = `source '${folder}/host/messages.sh'; source '${folder}/host/settings.sh'; read_settings /dev/stdin; printf %s "$BERTH_NOVELTY"`;
    const arrives = (setting: string) =>
      spawnSync("bash", ["-c", `set -Eeuo pipefail; (${usual}${setting}; ${job}) | (${host})`], {
        encoding: "utf8",
      });
    expect(arrives(" BERTH_NOVELTY='new one'")).toMatchObject({ status: 0, stdout: "new one" });
    expect(arrives("")).toMatchObject({ status: 0, stdout: "old" });
    expect(arrives(" BERTH_NOVELTY=$'new\\none'").stderr).toContain(
      "the setting novelty (BERTH_NOVELTY) must be one line",
    );
  });
});
