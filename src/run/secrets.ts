import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, relative, resolve } from "node:path";
import { UsageError } from "../base/usage-error.ts";
import { loadYaml, Source, toJson, YamlError, YamlMap } from "../engine/yaml/index.ts";
import type { CiVariable } from "../pipelines/variables.ts";
import type { WorkTree } from "./work-tree.ts";

/** Where secrets are looked for when nobody says. */
export const usualSecretsFile = ".berth-secrets.yml";

/** What a mapping in the file may say of a variable. */
const knownKeys = ["value", "path", "type", "masked"];

/**
 * Reads the variables of a file that git ignores: `NAME: value`, or `NAME: { value | path, type, masked }`. All are masked and none is
 * expanded, unless the file says otherwise; `path` takes the content of another file, and the job gets a file.
 * @throws UsageError for a file that git would commit, and for what it cannot hold
 */
export async function readSecrets(
  given: string | undefined,
  cwd: string,
  workTree: WorkTree,
): Promise<CiVariable[]> {
  const file = resolve(given === undefined ? workTree.folder : cwd, given ?? usualSecretsFile);
  const shown = given ?? usualSecretsFile;
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    if (given === undefined) return [];
    throw new UsageError(`--secrets ${given}: there is no such file, or it may not be read`);
  }
  await requireIgnored(file, shown, workTree);
  const mapping = parse(text, shown);
  return Promise.all(
    Object.entries(mapping).map(([key, value]) => variableOf(key, value, shown, dirname(file))),
  );
}

async function requireIgnored(file: string, shown: string, { folder, repository }: WorkTree): Promise<void> {
  const path = relative(folder, file);
  if (repository === undefined || path.startsWith("..")) return;
  if (await repository.ignores(path)) return;
  throw new UsageError(`${shown}: git would commit this file of secrets; add /${path} to .gitignore`);
}

function parse(text: string, shown: string): Readonly<Record<string, unknown>> {
  try {
    const { value } = loadYaml(new Source(shown, text));
    if (value === null) return {};
    if (value instanceof YamlMap) return toJson(value) as Record<string, unknown>;
  } catch (error) {
    // Not the text that stands there: it is a secret.
    if (!(error instanceof YamlError)) throw error;
  }
  throw new UsageError(`${shown}: a file of secrets is YAML with one NAME: value for each variable`);
}

async function variableOf(key: string, given: unknown, shown: string, folder: string): Promise<CiVariable> {
  const wrong = (what: string) => new UsageError(`${shown}: ${key}: ${what}`);
  if (!/^[A-Za-z_]\w*$/.test(key))
    throw new UsageError(
      `${shown}: a variable's name has letters, digits and _ only, and one key has others`,
    );
  if (typeof given === "string") return { key, value: given, type: "variable", masked: true, raw: true };
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw wrong("a value is a text; put numbers, true and false in quotes");
  const { value, path, type, masked = true } = given as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !knownKeys.includes(name));
  if (unknown !== undefined) throw wrong(`unknown key "${unknown}"; the keys are ${knownKeys.join(", ")}`);
  if (typeof masked !== "boolean") throw wrong("masked is true or false");
  if (type !== undefined && type !== "file" && type !== "variable") throw wrong("type is file or variable");
  if (typeof path === "string" && value === undefined) {
    const content = await readFile(resolve(folder, path.replace(/^~\//, `${homedir()}/`)), "utf8").catch(
      () => {
        throw wrong(`there is no file ${path}, or it may not be read`);
      },
    );
    return { key, value: content, type: type ?? "file", masked, raw: true };
  }
  if (typeof value !== "string") throw wrong("give a value, which is a text, or the path of a file");
  return { key, value, type: type ?? "variable", masked, raw: true };
}
